import {
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  isHostTensor,
  type Key,
  mapTree,
  type Placement,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { type AdamWState, type AdamWStep, adamW, adamWStep, clipByGlobalNorm, initialAdamW } from '@cloze/trainer';
import { expect } from 'vitest';
import { ints } from '../host-tensors.ts';

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
  readonly start: unknown;
  /** The batch of step 1, 2, … as host tensors. */
  readonly batchOf: (step: number) => unknown;
  readonly lossOf: (parameters: P, batch: B, key: Key) => Tensor;
}
interface State<T> {
  readonly parameters: T;
  readonly optimiser: AdamWState<T>;
}
type Step<B> = AdamWStep<Tensor> & { readonly batch: B; readonly words: Tensor };
interface Run {
  readonly losses: readonly number[];
  readonly state: unknown;
}

const numbers = (tree: unknown) => flattenTree(tree, isHostTensor);

/** One update: dropout, clipping and AdamW included. ε is far above rounding, or AdamW would make steps of gradients that are 0 but for it. */
function update<P, B>(
  { lossOf }: Training<P, B>,
  { parameters, optimiser }: State<P>,
  { batch, words, ...rates }: Step<B>,
) {
  const loss = lossOf(parameters, batch, rootKey(words));
  const clipped = clipByGlobalNorm(gradients(loss, parameters), 1);
  const next = adamW({ parameters, gradients: clipped.gradients, state: optimiser }, rates, { adamEpsilon: 1e-4 });
  return { loss, state: { parameters: next.parameters, optimiser: next.state } };
}

const initial = ({ start }: { readonly start: unknown }) => ({
  parameters: start,
  optimiser: initialAdamW(start as never),
});
const inputs = ({ batchOf }: Pick<Training<never, never>, 'batchOf'>, step: number) => ({
  batch: batchOf(step),
  words: ints([3], Int32Array.of(5, step, 0)),
  ...adamWStep(step, 1e-3),
});

async function compiled<P, B>(engine: Engine, training: Training<P, B>, placement: Placement): Promise<Run> {
  const variables = createVariables(engine, initial(training) as never, placement);
  const step = compile(variables, (state, fed: Step<B>) => {
    const { loss, state: next } = update(training, state as never, fed);
    return { outputs: { loss }, state: next as never };
  });
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++)
    losses.push((await step(inputs(training, number) as never)).loss.values[0] as number);
  const state = variables.read();
  variables.dispose();
  return { losses, state };
}

/** The same, operation by operation: a new expression over constants at each step. */
function eager<P, B>(engine: Engine, training: Training<P, B>): Run {
  const fixed = (tree: unknown) =>
    mapTree(tree, ({ values, shape, dtype }) => constant(values, shape, dtype), isHostTensor) as never;
  let state: unknown = initial(training);
  const losses: number[] = [];
  for (let number = 1; number <= steps; number++) {
    const next = evaluate(engine, update(training, fixed(state), fixed(inputs(training, number)))) as unknown as Run & {
      readonly loss: HostTensor;
    };
    losses.push(next.loss.values[0] as number);
    state = next.state;
  }
  return { losses, state };
}

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
  const theirs = new Map(numbers(slow.state));
  const start = new Map(numbers(initial(training)));
  let moved = 0;
  for (const [path, { values }] of numbers(one.state))
    for (const [i, value] of values.entries()) {
      const other = theirs.get(path)?.values[i] as number;
      if (!(Math.abs(value - other) < tolerance)) expect.fail(`${path}[${i}] is ${value} compiled, ${other} eager`);
      moved = Math.max(moved, Math.abs(value - (start.get(path)?.values[i] as number)));
    }
  // Something was learned: agreement of steps that do nothing would say nothing.
  expect(moved).toBeGreaterThan(1e-3);
}
