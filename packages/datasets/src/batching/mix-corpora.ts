import { checkList, checkRows } from '@cloze/checks';
import { permutation, type RandomStream } from '@cloze/random';

/** One drawn example. */
export interface Drawn {
  readonly corpus: number;
  readonly index: number;
}

/** A corpus of a mixture. */
export interface MixedCorpus {
  /** Examples in it. */
  readonly size: number;
  /** Its share of the draws, relative to the others; default its size. */
  readonly weight?: number;
}

/** Examples of a mixture by their number. */
export interface Mixture {
  /** The n-th draw, n = 0, 1, …; any order of asking gives the same. */
  at(n: number): Drawn;
}

/**
 * Mixes corpora with weights: each draw chooses a corpus by weight, and each corpus is gone through in a new random order every time.
 *
 * Draw n follows from the seed and n alone, so a resumed run needs no state. Choices are remembered in blocks of 4096.
 *
 * @throws {RangeError} naming every size or weight that cannot be
 */
export function mixCorpora(corpora: readonly MixedCorpus[], random: RandomStream): Mixture {
  checkList('mixCorpora', corpora);
  checkRows('mixCorpora: corpus', corpora);
  const weights = corpora.map(({ size, weight = size }) => weight);
  const problems = corpora.flatMap(({ size }, i) => [
    ...(Number.isInteger(size) && size >= 1 ? [] : [`size of ${i} is ${size}, expected at least 1`]),
    ...((weights[i] as number) > 0 && Number.isFinite(weights[i])
      ? []
      : [`weight of ${i} is ${weights[i]}, expected more than 0`]),
  ]);
  if (corpora.length === 0) problems.push('there is no corpus');
  if (problems.length > 0) throw new RangeError(`mixCorpora: ${problems.join('; ')}.`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const block = 4096;
  /** Draws of each corpus before a block begins. */
  const before: Int32Array[] = [new Int32Array(corpora.length)];
  const choices = (number: number): Uint16Array => {
    const stream = random.fork('mixture', number);
    return Uint16Array.from({ length: block }, () => {
      let left = stream.next() * total;
      const chosen = weights.findIndex((weight) => (left -= weight) < 0);
      // Rounding may leave a trace above the last weight.
      return chosen < 0 ? weights.length - 1 : chosen;
    });
  };
  const remembered = new Map<number, { readonly chosen: Uint16Array; readonly nth: Int32Array }>();
  const blockOf = (number: number) => {
    const known = remembered.get(number);
    if (known) return known;
    for (let i = before.length; i <= number; i++) {
      const counts = (before[i - 1] as Int32Array).slice();
      for (const corpus of choices(i - 1)) counts[corpus] = (counts[corpus] as number) + 1;
      before.push(counts);
    }
    const counts = (before[number] as Int32Array).slice();
    const chosen = choices(number);
    const nth = Int32Array.from(chosen, (corpus) => {
      const taken = counts[corpus] as number;
      counts[corpus] = taken + 1;
      return taken;
    });
    if (remembered.size > 3) remembered.clear();
    const made = { chosen, nth };
    remembered.set(number, made);
    return made;
  };
  const orders: { readonly epoch: number; readonly order: Int32Array }[] = corpora.map(() => ({
    epoch: -1,
    order: new Int32Array(0),
  }));
  return {
    at: (n) => {
      if (!Number.isInteger(n) || n < 0) throw new RangeError(`mixCorpora: draws are numbered 0, 1, …, got ${n}.`);
      const { chosen, nth } = blockOf(Math.floor(n / block));
      const corpus = chosen[n % block] as number;
      const { size } = corpora[corpus] as MixedCorpus;
      const epoch = Math.floor((nth[n % block] as number) / size);
      let held = orders[corpus] as (typeof orders)[number];
      if (held.epoch !== epoch) {
        held = { epoch, order: permutation(random.fork('corpus', corpus, epoch), size) };
        orders[corpus] = held;
      }
      return { corpus, index: held.order[(nth[n % block] as number) % size] as number };
    },
  };
}
