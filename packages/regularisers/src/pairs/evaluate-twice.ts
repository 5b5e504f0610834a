import { forkKey, type Key } from '@cloze/backend';
import { callable, flag, oneOf, type Rules } from '@cloze/checks';
import type { Model } from '../objective/objective.ts';
import type { Arrangement } from './arrangement.ts';
import { duplicateRows } from './duplicate-rows.ts';
import { scaleKey } from './scale-key.ts';

/** How a model is evaluated twice. */
export interface PairOptions<B> {
  /** Default `separate`. */
  readonly arrangement?: Arrangement;
  /** The batch already holds every row twice, in the arrangement named; default false. */
  readonly doubled?: boolean;
  /** Doubles the rows; default `duplicateRows`, which doubles every tensor but scalars. */
  readonly duplicate?: (batch: B, arrangement: Exclude<Arrangement, 'separate'>) => B;
}

/** What options of two evaluations must be. @internal */
export const pairRules: Rules<PairOptions<unknown>> = {
  arrangement: oneOf(['separate', 'interleaved', 'concatenated']),
  doubled: flag,
  duplicate: callable,
};

/** Two evaluations with their own dropout, or one of doubled rows. @throws {RangeError} for a doubled batch in separate passes @internal */
export function evaluateTwice<P, B, R>(
  model: Model<P, B, R>,
  [parameters, batch, key]: readonly [P, B, Key | undefined],
  { arrangement = 'separate', doubled = false, duplicate = duplicateRows }: PairOptions<B>,
): readonly [first: R, second: R] | readonly [joined: R] {
  const fork = (name: string) => key && forkKey(key, name);
  if (arrangement === 'separate') {
    if (doubled)
      throw new RangeError(
        "A doubled batch goes through one pass: arrangement must be 'interleaved' or 'concatenated', got 'separate'.",
      );
    return [model(parameters, batch, fork('first pass')), model(parameters, batch, fork('second pass'))];
  }
  const first = fork('first pass');
  return doubled
    ? [model(parameters, batch, first)]
    : [model(parameters, duplicate(batch, arrangement), first && scaleKey(first, 2))];
}
