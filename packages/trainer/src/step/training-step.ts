import {
  compile,
  flattenTree,
  type HostTensor,
  isHostTensor,
  type MapTree,
  type Tensor,
  type Variables,
} from '@cloze/backend';
import { scalar } from '../optimisers/leaves.ts';
import { describeStep, type StepOptions } from './describe-step.ts';
import type { TrainingTree } from './training-variables.ts';

/** What a step tells. */
export interface StepOutcome {
  /** Before the update; of several microbatches the weighted mean. */
  readonly loss: number;
  /** Whether parameters and optimiser were written: a loss or gradient that is no finite number leaves every variable as it was. */
  readonly updated: boolean;
  /** The gradients' norm before clipping; `undefined` without a `clip`. */
  readonly gradNorm: number | undefined;
  /** The objective's parts. */
  readonly parts: Readonly<Record<string, number>>;
  /** `gradNorm` and the parts together, for a log. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** One update: `step(t, batch)`, or `step(t, first, second, …)` for the gradient of the mean over several microbatches. */
export type TrainingStep<H> = (step: number, ...microbatches: readonly [H, ...H[]]) => Promise<StepOutcome>;

/** What a training step works on. */
export interface TrainingStepOptions<P, B> extends StepOptions<MapTree<P, Tensor>, B> {
  /** Made by `createVariables` or `trainingVariables`. */
  readonly variables: Variables<TrainingTree<P>>;
}

type Scalars<T> = Readonly<Record<string, T>>;
const numbers = (tensors: Scalars<HostTensor>): Scalars<number> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values[0] as number]));

function outcome(loss: number, updated: HostTensor, parts: Scalars<number>, reported: Scalars<number>): StepOutcome {
  const { gradNorm } = reported;
  return { loss, updated: updated.values[0] === 1, gradNorm, parts, metrics: { ...reported, ...parts } };
}

/** Raised where a batch asks for ids, labels or positions that lie outside of their table; nothing was written. */
export class PlaceError extends RangeError {
  override readonly name = 'PlaceError';
  readonly step: number;
  /** @internal */
  constructor(step: number, problems: readonly string[]) {
    super(
      `trainingStep: step ${step} was not taken: ${problems.join('; ')}. Mend the batch; the parameters are as they were.`,
    );
    this.step = step;
  }
}

/** Rows of a batch: the longest first axis there is, so that no two microbatches share a row's dropout. */
const rowsOf = (batch: unknown) =>
  flattenTree(batch, isHostTensor).reduce((most, [, { shape }]) => Math.max(most, shape[0] ?? 1), 1);

/**
 * The training step: forward, backward, whatever the optimiser does with gradients, the parameters written; one compiled function.
 *
 * `step(t, batch)` takes rate and dropout's key from t = 1, 2, …, so that a resume is exact. Several microbatches give the update of the
 * large batch they are cut from: gradients of `Σ w·L / Σ w`, each row with the dropout it has there. Calls run in the order made.
 *
 * A step whose loss or gradients are not finite numbers writes nothing and says so: `updated` is false.
 *
 * @throws {RangeError} (on a call) where variables and optimiser do not belong together
 * @throws {PlaceError} (on a call) for an id, label, segment or position outside of its table, naming table, row and value; nothing is written
 */
export function trainingStep<P, B>(options: TrainingStepOptions<P, B>): TrainingStep<MapTree<B, HostTensor>> {
  const { variables } = options;
  const described = describeStep(options);
  const whole = compile(variables, described.whole);
  const gather = compile(variables, described.gather);
  const write = compile(variables, described.write);

  async function several(step: number, microbatches: readonly MapTree<B, HostTensor>[]): Promise<StepOutcome> {
    let [firstRow, weight, loss] = [0, 0, 0];
    let misplaced: readonly string[] = [];
    const parts: Record<string, number> = {};
    for (const batch of microbatches) {
      const { words, batch: inputs } = described.inputsOf(step, batch, firstRow);
      const found = await gather({ words, batch: inputs });
      if (!Number.isFinite(found.loss.values[0]))
        misplaced = misplaced.concat(await gather.misplaced({ words, batch: inputs }));
      const share = found.weight.values[0] as number;
      weight += share;
      loss += share * (found.loss.values[0] as number);
      for (const [name, value] of Object.entries(numbers(found.parts)))
        parts[name] = (parts[name] ?? 0) + share * value;
      firstRow += rowsOf(batch);
    }
    const over = Math.max(weight, 1e-30);
    const { scalars, averageDecay } = described.inputsOf(step, undefined);
    const { metrics, updated } = await write({ scalars, averageDecay, loss: scalar(loss / over) });
    if (misplaced.length > 0) throw new PlaceError(step, misplaced);
    const means = Object.fromEntries(Object.entries(parts).map(([name, sum]) => [name, sum / over]));
    return outcome(loss / over, updated, means, numbers(metrics));
  }

  async function single(step: number, batch: MapTree<B, HostTensor>): Promise<StepOutcome> {
    const inputs = described.inputsOf(step, batch);
    const { loss, parts, updated, metrics } = await whole(inputs);
    if (updated.values[0] === 0) {
      const misplaced = await whole.misplaced(inputs);
      if (misplaced.length > 0) throw new PlaceError(step, misplaced);
    }
    return outcome(loss.values[0] as number, updated, numbers(parts), numbers(metrics));
  }

  let last: Promise<unknown> = Promise.resolve();
  return (step, ...microbatches) => {
    const [first, ...more] = microbatches;
    const turn = last.then(() => (more.length === 0 ? single(step, first) : several(step, microbatches)));
    last = turn.catch(() => {});
    return turn;
  };
}
