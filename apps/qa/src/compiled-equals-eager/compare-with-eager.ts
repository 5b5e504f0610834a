import {
  constant,
  type Engine,
  engineNames,
  evaluate,
  flattenTree,
  type HostTensor,
  isHostTensor,
  isTensor,
  type Key,
  type MapTree,
  mapTree,
  type Placement,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { openEngine } from '@cloze/models/node';
import { adamW, chain, clip, describeStep, type StepState, trainingStep, trainingVariables } from '@cloze/trainer';
import { expect } from 'vitest';

/** Steps that are compared. */
export const steps = 20;
/**
 * How far a compiled step may be from the same step taken operation by operation: a loss by 1e-6 of itself where it is above 1, by 1e-6
 * below; each number of the parameters and of both moments by 1e-6, whatever its size (they are below 3 here).
 */
const tolerance = 1e-6;

/** A training to be taken both ways, from one start. */
export interface Training<P, B> {
  /** Parameters at the start, a tree of host tensors. */
  readonly start: P;
  /** The batch of step 1, 2, … as host tensors. */
  readonly batchOf: (step: number) => MapTree<B, HostTensor>;
  readonly lossOf: (parameters: MapTree<P, Tensor>, batch: B, key: Key) => Tensor;
}
interface Run {
  readonly losses: readonly number[];
  /** Values by path. */
  readonly state: ReadonlyMap<string, HostTensor>;
}

const numbers = (tree: unknown) => new Map(flattenTree(tree, isHostTensor));

/** Dropout, clipping and AdamW included. ε is far above rounding, or AdamW would make steps of gradients that are 0 but for it. */
const optimiser = chain(clip(1), adamW({ learningRate: 1e-3, epsilon: 1e-4 }));
const seed = 5;
/** The loss with the step's own key, unforked: the draws that the bound was found with. */
const objectiveOf =
  <P, B>({ lossOf }: Training<P, B>) =>
  (parameters: MapTree<P, Tensor>, batch: B, { seedWords }: Key) => ({
    loss: lossOf(parameters, batch, rootKey(seedWords)),
  });

async function compiled<P, B>(engine: Engine, training: Training<P, B>, placement: Placement): Promise<Run> {
  const variables = trainingVariables(engine, { parameters: training.start, optimiser, placement });
  const step = trainingStep({ variables, objective: objectiveOf(training), optimiser, seed });
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++) losses.push((await step(number, training.batchOf(number))).loss);
  const state = numbers(variables.read());
  variables.dispose();
  return { losses, state };
}

/** The same, operation by operation: a new expression over constants at each step. */
function eager<P, B>(engine: Engine, training: Training<P, B>): Run {
  const { inputsOf, whole } = describeStep({ objective: objectiveOf(training), optimiser, seed });
  const constantOf = ({ values, shape, dtype }: HostTensor) => constant(values, shape, dtype);
  const fixed = <S>(tree: S) => mapTree(tree, constantOf, isHostTensor);
  let state: StepState<MapTree<P, Tensor>> = {
    parameters: fixed(training.start),
    optimiser: fixed(optimiser.initial(training.start)),
  };
  let found = new Map<string, HostTensor>();
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++) {
    const { batch, ...fed } = inputsOf(number, training.batchOf(number));
    // The batch with its leaves made tensors is what the loss takes: TypeScript cannot invert MapTree.
    const next = whole(state, { ...fixed(fed), batch: fixed(batch) as B });
    const values = evaluate(engine, { loss: next.outputs.loss, state: next.guarded.state });
    losses.push(values.loss.values[0] as number);
    const held = numbers(values.state);
    state = mapTree(next.guarded.state, (_leaf, path) => constantOf(held.get(path) as HostTensor), isTensor);
    found = held;
  }
  return { losses, state: found };
}

/** The engine that CLOZE_ENGINE names, or the best there is. */
export async function engineUnderTest(): Promise<Engine> {
  const name = engineNames.find((known) => known === process.env.CLOZE_ENGINE);
  if (process.env.CLOZE_ENGINE && !name)
    throw new Error(`CLOZE_ENGINE is '${process.env.CLOZE_ENGINE}'; there are ${engineNames.join(', ')}.`);
  return (await openEngine(name)).engine;
}

/** Whether stretches can be compiled by XLA there: another engine refuses to be asked. */
export const hasXla = !process.env.CLOZE_ENGINE || process.env.CLOZE_ENGINE.startsWith('tensorflow');

/** Takes the steps compiled, compiled once more, and eagerly. @throws where the two compiled runs differ by a bit, or eager by more than 1e-6 */
export async function compareWithEager<P, B>(
  engine: Engine,
  training: Training<P, B>,
  placement: Placement = {},
): Promise<void> {
  const one = await compiled(engine, training, placement);
  expect(await compiled(engine, training, placement), 'the same seed').toEqual(one);
  const slow = eager(engine, training);
  for (const [i, loss] of slow.losses.entries())
    expect(Math.abs((one.losses[i] as number) - loss), `loss of step ${i + 1}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(loss)),
    );
  const start = numbers({ parameters: training.start, optimiser: optimiser.initial(training.start) });
  let moved = 0;
  for (const [path, { values }] of one.state)
    for (const [i, value] of values.entries()) {
      const other = slow.state.get(path)?.values[i] as number;
      if (!(Math.abs(value - other) < tolerance)) expect.fail(`${path}[${i}] is ${value} compiled, ${other} eager`);
      moved = Math.max(moved, Math.abs(value - (start.get(path)?.values[i] as number)));
    }
  // Something was learned: agreement of steps that do nothing would say nothing.
  expect(moved).toBeGreaterThan(1e-3);
}
