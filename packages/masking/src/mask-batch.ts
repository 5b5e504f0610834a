import { checkBatch, emptyTargets, type MaskableBatch, type MaskedBatch } from './batch.ts';
import { tokenBudget } from './budget.ts';
import { bestChoice } from './choose/best-of.ts';
import { type Choice, chooseTokens, scratchFor } from './choose/choose-tokens.ts';
import { thinTargets } from './choose/thin-targets.ts';
import { type MaskOptions, maskProblems } from './mask-options.ts';
import { drawId } from './replace/candidates.ts';
import { type Replacing, replaceTokens } from './replace/replace-tokens.ts';
import { tokens } from './units/tokens.ts';

/** Most maskable tokens of a row, at least 1. */
function longestRow({ shape: [rows, length], maskable }: MaskableBatch): number {
  let longest = 1;
  for (let row = 0, place = 0; row < rows; row++) {
    let count = 0;
    for (const end = place + length; place < end; place++) if (maskable[place]) count++;
    if (count > longest) longest = count;
  }
  return longest;
}

/**
 * Masked-language-model inputs and targets (Devlin et al. 2019): choose maskable units, replace their tokens, remember what they were.
 *
 * Pads and special tokens are never chosen. A row with nothing maskable gets no targets (all weights 0). `rate` 0 chooses nothing,
 * 1 everything. Targets stand in the order of their columns. With one stream an example, the result does not depend on batch size or
 * order. A row whose every unit is longer than its count gets one unit whole (with `atLeastOne`), else nothing.
 *
 * @throws {RangeError} naming every option out of range
 */
export function maskBatch(batch: MaskableBatch, options: MaskOptions): MaskedBatch {
  checkBatch('maskBatch', batch);
  const problems = maskProblems(options);
  if (problems.length > 0) throw new RangeError(`maskBatch: ${problems.join('; ')}.`);
  const { rate = 0.15, selection = 'exact', rounding = 'stochastic', base = 'maskable', units = tokens } = options;
  const {
    atLeastOne = selection === 'exact',
    overflow = 'skip',
    predictionRate,
    randomOf,
    choose,
    chances,
    bestOf,
  } = options;
  const { name = 'without a name' } = options;
  const replacing: Replacing = {
    shares: options.replacement ?? { mask: 0.8, random: 0.1, keep: 0.1 },
    per: options.replacePer ?? 'token',
    maskId: options.maskId,
    drawId: drawId(options.candidates),
    similar: options.similar,
  };
  const { ids, attend, maskable, shape } = batch;
  const [rows, length] = shape;
  const out = emptyTargets(batch, options.slots ?? longestRow(batch));
  const { slots: limit } = out;
  const scratch = scratchFor(length);
  const row = { batch, offset: 0, columns: new Int32Array(length), count: 0 };
  for (let r = 0; r < rows; r++) {
    row.offset = r * length;
    row.count = 0;
    let attended = 0;
    for (let column = 0; column < length; column++) {
      if (maskable[row.offset + column]) row.columns[row.count++] = column;
      if (attend[row.offset + column]) attended++;
    }
    const random = randomOf(r);
    const rowRate = typeof rate === 'number' ? rate : rate(r);
    if (!(rowRate >= 0 && rowRate <= 1))
      throw new RangeError(`maskBatch: rate must be in [0, 1], got ${rowRate} for row ${r}.`);
    const of = base === 'maskable' ? row.count : attended;
    const choice: Choice = {
      units,
      selection,
      rate: rowRate,
      rounding,
      base: of,
      atLeastOne,
      overflow,
      limit,
      name,
      ...(choose && { choose }),
      ...(chances && { chances }),
    };
    const total = bestOf
      ? bestChoice(row, choice, random, scratch, bestOf)
      : chooseTokens(row, choice, random, scratch);
    if (total === 0) continue;
    const { chosen } = scratch;
    replaceTokens(row, chosen, out.ids, replacing, random);
    if (predictionRate !== undefined && predictionRate < rowRate) {
      const share = predictionRate / rowRate;
      const kept = tokenBudget(total, { rate: share, rounding: 'stochastic', atLeastOne, limit, random });
      thinTargets(chosen, row.count, { total, kept, random });
    }
    let slot = r * limit;
    for (let i = 0; i < row.count; i++) {
      if (!chosen[i]) continue;
      const column = row.columns[i] as number;
      out.targetPositions[slot] = column;
      out.targets[slot] = ids[row.offset + column] as number;
      out.weights[slot++] = 1;
    }
  }
  return out;
}
