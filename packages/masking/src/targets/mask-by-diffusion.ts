import { anything, callable, checkOptions, needed, real, whole } from '@cloze/checks';
import { checkBatch, emptyTargets, type MaskableBatch, type MaskedBatch, type RandomStream } from '../batch.ts';
import { type Chances, chancesOfRow } from '../choose/chances.ts';
import type { RateLaw } from '../schedules/bimodal-rates.ts';

/** What masked diffusion is told of a vocabulary and a batch. */
export interface DiffusionSetting {
  /** Id of the mask token. */
  readonly maskId: number;
  /** The stream of row r: its rate and its tokens are drawn from it. */
  readonly randomOf: (row: number) => RandomStream;
  /** Room for targets a row, default the longest row's number of maskable tokens; fewer leave targets out, and the bound is none any more. */
  readonly slots?: number | undefined;
  /** Least rate, 0 < rate < 1, default 0.001: it bounds the weights by 1,000. */
  readonly leastRate?: number;
  /** Rates by another law than the uniform one, such as `bimodalRates`: weights are then `density(t)^(−softening) / t`. */
  readonly rates?: RateLaw;
  /** With `rates`, from 0 to 1, default 1: the same loss in the mean as with uniform rates; below it, rates that are drawn often count more (Kosmopoulou et al. 2025: 0.1). */
  readonly softening?: number;
  /** The probability of each token instead of the row's rate for all, such as `rarerMore`; weights stay those of the rate, as in Kosmopoulou et al. 2025, and the loss is no bound any more. */
  readonly chances?: Chances;
}

/**
 * Masked diffusion (Sahoo et al. 2024; Nie et al. 2025): a row's rate t is uniform in (leastRate, 1), each token becomes the mask with probability t.
 *
 * With weights 1/t and a row's number of maskable tokens n as divisor, the loss `Σ rows Σ masked (1/t)·(−ln p) / Σ rows n` is, in the mean over draws, a bound
 * on the negative log-likelihood of a token: the mean over all orders of `−ln p(token | those before it in the order)`. A row that loses nothing
 * has no target and counts in the divisor all the same.
 *
 * @throws {RangeError} naming every option out of range
 */
export function maskByDiffusion(batch: MaskableBatch, options: DiffusionSetting): MaskedBatch {
  checkOptions('maskByDiffusion', options, {
    maskId: needed(whole(0)),
    randomOf: needed(callable),
    slots: whole(1),
    leastRate: real({ above: 0, below: 1 }),
    rates: anything,
    softening: real({ from: 0, to: 1 }),
    chances: callable,
  });
  checkBatch('maskByDiffusion', batch);
  const { maskId, randomOf, leastRate = 1e-3, rates, softening = 1, chances } = options;
  const [rows, length] = batch.shape;
  const divisors = new Float32Array(rows);
  for (let place = 0; place < rows * length; place++)
    if (batch.maskable[place]) {
      const row = Math.floor(place / length);
      divisors[row] = (divisors[row] as number) + 1;
    }
  const out = emptyTargets(batch, options.slots ?? divisors.reduce((most, count) => Math.max(most, count), 1));
  const columns = new Int32Array(length);
  for (let row = 0; row < rows; row++) {
    const random = randomOf(row);
    const rate = rates ? Math.max(leastRate, rates.draw(random)) : leastRate + (1 - leastRate) * random.next();
    const weight = (rates ? rates.density(rate) ** -softening : 1) / rate;
    const offset = row * length;
    let count = 0;
    for (let column = 0; column < length; column++) if (batch.maskable[offset + column]) columns[count++] = column;
    const own = chances && count > 0 && chancesOfRow(chances, { batch, offset, columns, count }, rate, 'diffusion');
    let slot = row * out.slots;
    for (let i = 0; i < count; i++) {
      if (random.next() >= (own ? (own[i] as number) : rate)) continue;
      // A token over the slots gets neither target nor mask, as with every policy.
      if (slot === (row + 1) * out.slots) break;
      const column = columns[i] as number;
      out.ids[offset + column] = maskId;
      out.targetPositions[slot] = column;
      out.targets[slot] = batch.ids[offset + column] as number;
      out.weights[slot++] = weight;
    }
  }
  return { ...out, divisors };
}
