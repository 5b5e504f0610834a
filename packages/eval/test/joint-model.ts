import type { ScorableSentence, ScoringQuery } from '../src/index.ts';
import { stream } from './stream.ts';

/** Ids: 0 [MASK], 1 [CLS], 2 [SEP], 3 to 5 letters. */
export const maskId = 0;
const letters = [3, 4, 5];

/** [CLS], letters, [SEP]. */
export function sentenceOf(...ids: number[]): ScorableSentence & { wordNumbers: number[] } {
  return {
    ids: [1, ...ids, 2],
    special: [1, ...ids.map(() => 0), 1],
    wordNumbers: [-1, ...ids.map(() => 0), -1],
  };
}

function every(length: number): number[][] {
  return length === 0 ? [[]] : every(length - 1).flatMap((start) => letters.map((letter) => [...start, letter]));
}

/** A joint distribution over sequences of letters, written down one by one: every conditional follows by adding up. */
export function jointModel(length: number, seed = 1) {
  const random = stream(seed);
  const all = every(length).map((ids) => ({ ids, weight: random.next() ** 3 + 1e-3 }));
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  /** Probability of the sequences that agree with `ids` wherever `known` says so. */
  const probability = (ids: readonly number[], known: (place: number) => boolean) =>
    all
      .filter((row) => row.ids.every((id, place) => !known(place) || id === ids[place]))
      .reduce((sum, { weight }) => sum + weight / total, 0);
  return {
    /** ln p of a whole sequence. */
    log: (ids: readonly number[]) => Math.log(probability(ids, () => true)),
    /** ln p(ids[place] | the places that `known` names). */
    conditional: (ids: readonly number[], place: number, known: (place: number) => boolean) =>
      Math.log(probability(ids, (other) => other === place || known(other)) / probability(ids, known)),
    /** What a perfect masked language model answers: hidden tokens are summed out. */
    masked: async (queries: readonly ScoringQuery<ScorableSentence>[]) =>
      queries.map(({ ids, targetPositions, targets }) =>
        targetPositions.map((position, slot) => {
          const row = [...ids].slice(1, -1);
          const filled = row.map((id, place) => (place === position - 1 ? (targets[slot] as number) : id));
          const known = (place: number) => place !== position - 1 && row[place] !== maskId;
          return Math.log(
            probability(filled, (other) => other === position - 1 || known(other)) / probability(filled, known),
          );
        }),
      ),
    /** What a perfect left-to-right model answers at a position: the token after it, from those up to it. */
    causal: async (queries: readonly ScoringQuery<ScorableSentence>[]) =>
      queries.map(({ ids, targetPositions, targets }) =>
        targetPositions.map((position, slot) => {
          const row = [...ids].slice(1, -1).map((id, place) => (place === position ? (targets[slot] as number) : id));
          const known = (place: number) => place < position;
          return Math.log(probability(row, (other) => other === position || known(other)) / probability(row, known));
        }),
      ),
  };
}
