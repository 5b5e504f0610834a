import {
  compile,
  flattenTree,
  type HostTensor,
  isHostTensor,
  type MapTree,
  type Tensor,
  type Variables,
} from '@cloze/backend';
import { anything, checkOptions, needed } from '@cloze/checks';
import { scalar } from '../optimisers/leaves.ts';
import type { Replicas } from '../replicas/replicas.ts';
import { describeStep, type StepOptions, stepRules } from './describe-step.ts';
import type { TrainingTree } from './training-variables.ts';

/** What a step tells. */
export interface StepOutcome {
  /** Before the update; of several microbatches the weighted mean. */
  readonly loss: number;
  /** Whether parameters and optimiser were written: a loss or gradient that is no finite number leaves every variable as it was. */
  readonly updated: boolean;
  /** The gradients' norm before clipping; `undefined` without a `clip`. */
  readonly gradNorm: number | undefined;
  /** What the objective tells of each microbatch of this process, in their order. */
  readonly told: readonly Readonly<Record<string, HostTensor>>[];
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
  /**
   * Others that train the same: each calls the step with its own rows of the batch, as many as the others, in the order of ranks, and all make the update of
   * the whole batch. Variables need `accumulate: true`, and the same values in all of them. Default none.
   */
  readonly replicas?: Replicas | undefined;
}

type Scalars<T> = Readonly<Record<string, T>>;
const numbers = (tensors: Scalars<HostTensor>): Scalars<number> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values[0] as number]));

function outcome(
  loss: number,
  updated: HostTensor,
  { parts, told }: Pick<StepOutcome, 'parts' | 'told'>,
  reported: Scalars<number>,
): StepOutcome {
  const { gradNorm } = reported;
  return { loss, updated: updated.values[0] === 1, gradNorm, told, parts, metrics: { ...reported, ...parts } };
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

const overWeight = (sums: Scalars<number>, weight: number): Scalars<number> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / weight]));

/** Rows of a batch: the longest first axis there is, so that no two microbatches share a row's dropout. */
const rowsOf = (batch: unknown) =>
  flattenTree(batch, isHostTensor).reduce((most, [, { shape }]) => Math.max(most, shape[0] ?? 1), 1);

/** Refuses a batch none of whose tensors has a row: its update would be the decay of weights and moments alone. */
function checkRows(batch: unknown): void {
  const shapes = flattenTree(batch, isHostTensor).flatMap(([path, { shape }]) =>
    shape.length > 0 ? [{ path, shape }] : [],
  );
  if (shapes.length > 0 && shapes.every(({ shape }) => shape[0] === 0))
    throw new RangeError(
      `trainingStep: the batch has no rows: ${shapes.map(({ path, shape }) => `'${path}' is [${shape}]`).join(', ')}. Leave it out.`,
    );
}

/**
 * The training step: forward, backward, whatever the optimiser does with gradients, the parameters written; one compiled function.
 *
 * `step(t, batch)` takes rate and dropout's key from t = 1, 2, …, so that a resume is exact. Several microbatches give the update of the
 * large batch they are cut from: gradients of `Σ w·L / Σ w`, each row with the dropout it has there. Calls run in the order made.
 *
 * With `replicas` each of them gathers its own rows; losses, weights and gradients are summed over all, and all make the same update.
 *
 * A step whose loss or gradients are not finite numbers writes nothing and says so: `updated` is false.
 *
 * @throws {RangeError} (on a call) where variables and optimiser do not belong together, and for a batch without rows
 * @throws {PlaceError} (on a call) for an id, label, segment or position outside of its table, naming table, row and value; nothing is written
 */
export function trainingStep<P, B>(options: TrainingStepOptions<P, B>): TrainingStep<MapTree<B, HostTensor>> {
  checkOptions('trainingStep', options, { ...stepRules, variables: needed(anything), replicas: anything });
  const { variables, replicas, ...step } = options;
  const described = describeStep(step);
  const whole = compile(variables, described.whole);
  const gather = compile(variables, described.gather);
  const write = compile(variables, described.write);
  const leave = compile(variables, described.leave);
  const writeSum = compile(variables, described.writeSum);

  /** Adds up the gradients of microbatches: what they weigh, and their losses and parts times that. */
  async function gathered(step: number, microbatches: readonly MapTree<B, HostTensor>[]) {
    const rows = microbatches.map(rowsOf);
    let firstRow = (replicas?.rank() ?? 0) * rows.reduce((a, b) => a + b, 0);
    let [weight, loss] = [0, 0];
    let misplaced: readonly string[] = [];
    const parts: Record<string, number> = {};
    const told: Scalars<HostTensor>[] = [];
    for (const [i, batch] of microbatches.entries()) {
      const { words, batch: inputs } = described.inputsOf(step, batch, firstRow);
      const found = await gather({ words, batch: inputs });
      if (!Number.isFinite(found.loss.values[0]))
        misplaced = misplaced.concat(await gather.misplaced({ words, batch: inputs }));
      const share = found.weight.values[0] as number;
      weight += share;
      loss += share * (found.loss.values[0] as number);
      for (const [name, value] of Object.entries(numbers(found.parts)))
        parts[name] = (parts[name] ?? 0) + share * value;
      told.push(found.told);
      firstRow += rows[i] as number;
    }
    return { weight, loss, parts, told, misplaced };
  }

  async function several(step: number, microbatches: readonly MapTree<B, HostTensor>[]): Promise<StepOutcome> {
    const { weight, loss, parts, told, misplaced } = await gathered(step, microbatches);
    const over = Math.max(weight, 1e-30);
    const { scalars, averageDecay } = described.inputsOf(step, undefined);
    const { metrics, updated } = await write({ scalars, averageDecay, loss: scalar(loss / over) });
    if (misplaced.length > 0) throw new PlaceError(step, misplaced);
    return outcome(loss / over, updated, { parts: overWeight(parts, over), told }, numbers(metrics));
  }

  async function together(
    { sum }: Replicas,
    step: number,
    microbatches: readonly MapTree<B, HostTensor>[],
  ): Promise<StepOutcome> {
    const { weight, loss, parts, told: ownTold, misplaced } = await gathered(step, microbatches);
    const { flat } = await leave({});
    const names = Object.keys(parts);
    const told = Float64Array.from(
      [weight, loss, misplaced.length > 0 ? 1 : 0].concat(names.map((name) => parts[name] as number)),
    );
    await sum(told);
    if (!(flat.values instanceof Float32Array)) throw new TypeError('trainingStep: gradients are float32.');
    await sum(flat.values);
    const [weightOfAll = 0, lossOfAll = 0, elsewhere = 0, ...sums] = told;
    const over = Math.max(weightOfAll, 1e-30);
    const { scalars, averageDecay } = described.inputsOf(step, undefined);
    const fed = { scalars, averageDecay, loss: scalar(lossOfAll / over), flat, weight: scalar(weightOfAll) };
    const { metrics, updated } = await writeSum(fed);
    if (misplaced.length > 0) throw new PlaceError(step, misplaced);
    if (elsewhere > 0)
      throw new PlaceError(step, ['the batch of another replica has values out of their place, as it says itself']);
    const summed = Object.fromEntries(names.map((name, i) => [name, sums[i] as number]));
    return outcome(lossOfAll / over, updated, { parts: overWeight(summed, over), told: ownTold }, numbers(metrics));
  }

  async function single(step: number, batch: MapTree<B, HostTensor>): Promise<StepOutcome> {
    const inputs = described.inputsOf(step, batch);
    const { loss, parts, told, updated, metrics } = await whole(inputs);
    if (updated.values[0] === 0) {
      const misplaced = await whole.misplaced(inputs);
      if (misplaced.length > 0) throw new PlaceError(step, misplaced);
    }
    return outcome(loss.values[0] as number, updated, { parts: numbers(parts), told: [told] }, numbers(metrics));
  }

  let last: Promise<unknown> = Promise.resolve();
  return (step, ...microbatches) => {
    const [first, ...more] = microbatches;
    const turn = last.then(() => {
      for (const batch of microbatches) checkRows(batch);
      if (replicas) return together(replicas, step, microbatches);
      return more.length === 0 ? single(step, first) : several(step, microbatches);
    });
    last = turn.catch(() => {});
    return turn;
  };
}
