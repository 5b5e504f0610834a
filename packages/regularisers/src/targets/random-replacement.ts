import {
  add,
  argMax,
  constant,
  forkKey,
  gatherRows,
  less,
  logicalAnd,
  randomUniform,
  reshape,
  sizeOf,
  type Tensor,
  where,
} from '@cloze/backend';
import { anything, callable, checkOptions, needed, real, text } from '@cloze/checks';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import { leafAt } from '../scope/leaf-at.ts';
import { withLeaf } from '../scope/with-leaf.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/** Options of random replacement. */
export interface RandomReplacementOptions<B> {
  /** Path of the decoder's input ids in the batch, int32 `[batch, length]`. Labels are another tensor and stay. */
  readonly ids: string;
  /** bool `[batch, length]`: the target sequence's tokens, those that may be replaced and those that are drawn from. */
  readonly target: (batch: B) => Tensor;
  /** Share of a chosen row's tokens that are replaced, 0 to 1, default 0.3; the number 0 switches it off. */
  readonly rate?: Strength<B>;
  /** Probability that a row is touched at all, 0 to 1, default 0.5. */
  readonly rows?: number;
}

/**
 * Random replacement for sequence-to-sequence models (Su, kexue.fm 7259): the decoder reads some wrong tokens, the labels stay.
 *
 * With probability ½ a row is left as it is; otherwise each token of the target is replaced with probability 0.3 by one drawn from the same
 * target (a place of it, uniformly: a token that stands twice is twice as likely). Against exposure bias. Without a key nothing is
 * replaced. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for probabilities outside 0 to 1, or (on a call) no ids at the path
 */
export function randomReplacement<P, B, O>(
  objective: Objective<P, B, O>,
  options: RandomReplacementOptions<B>,
): Objective<P, B, O> {
  checkOptions('randomReplacement', options, {
    ids: needed(text),
    target: needed(callable),
    rate: anything,
    rows: real(),
  });
  const { ids: path, target, rate = 0.3, rows: chosen = 0.5 } = options;

  checkNumbers('randomReplacement', { rate, rows: chosen }, { most: 1 });
  if (rate === 0) return objective;
  return withPasses((parameters, batch, key) => {
    if (!key) return objective(parameters, batch, key);
    const ids = leafAt(batch, path, 'randomReplacement');
    const allowed = target(batch);
    const [rows, length] = ids.shape as [number, number];
    const draw = (name: string, shape: readonly number[]) => randomUniform(forkKey(key, `replacement ${name}`), shape);
    const touched = logicalAnd(
      less(draw('rows', [rows, 1]), chosen),
      less(draw('tokens', [rows, length]), strengthAt(rate, batch)),
    );
    // The place with the largest of independent uniform numbers is a uniform choice among those allowed.
    const race = where(reshape(allowed, [rows, 1, length]), draw('places', [rows, length, length]), -1);
    const starts = constant(
      Array.from({ length: rows }, (_, row) => row * length),
      [rows, 1],
      'int32',
    );
    const drawn = gatherRows(reshape(ids, [sizeOf(ids.shape)]), add(argMax(race), starts), { within: true });
    return objective(parameters, withLeaf(batch, path, where(logicalAnd(touched, allowed), drawn, ids)), key);
  }, passesOf(objective));
}
