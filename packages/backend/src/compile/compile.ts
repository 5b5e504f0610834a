import type { Trace } from '../engines/engine.ts';
import { BackendError } from '../errors.ts';
import { type HostTensor, isHostTensor } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, isTensor, type Operation, type Tensor } from '../expression/tensor.ts';
import { flattenTree, type MapTree, mapTree } from '../expression/tree.ts';
import { valuesProblem } from '../expression/values-problem.ts';
import { input, variable } from '../operations/leaves.ts';
import type { Variables } from './create-variables.ts';
import { misplacedIn } from './misplaced-in.ts';

/**
 * What a traced function over variables like `S` returns: tensors to read, and new values of variables; parts of the state that are left out
 * stay as they are.
 */
export interface Traced<O, S> {
  readonly outputs: O;
  readonly state?: Partial<MapTree<S, Tensor>>;
  /** New values that are written only in a run where the condition, a bool scalar, holds; else those variables stay as they are. */
  readonly guarded?: { readonly condition: Tensor; readonly state: Partial<MapTree<S, Tensor>> };
}

/** A compiled function: `(batch) → outputs`. */
export interface Compiled<B, O> {
  (batch: MapTree<B, HostTensor>): Promise<MapTree<O, HostTensor>>;
  /**
   * What a batch asks for that lies outside its table, each in half a sentence that names table, row and value: the reason where a result is
   * NaN. Empty for a batch of shapes that never ran. Takes about as long as a run.
   */
  misplaced(batch: MapTree<B, HostTensor>): Promise<string[]>;
}

interface Prepared<O> {
  readonly misplaced: (feeds: ReadonlyMap<string, HostTensor>) => Promise<string[]>;
  readonly run: (feeds: ReadonlyMap<string, HostTensor>) => Promise<HostTensor[]>;
  readonly outputs: O;
}

/** Random numbers drawn in JavaScript would be frozen into the graph: refuse them for the time of a trace. */
function withoutRandomness<T>(trace: () => T): T {
  const { random } = Math;
  Math.random = () => {
    throw new BackendError(
      'Math.random was called while a function is being traced: its number would be frozen into every later step. ' +
        'Use randomUniform(key, shape), or feed the numbers as an input.',
    );
  };
  try {
    return trace();
  } finally {
    Math.random = random;
  }
}

function updatesOf(state: unknown, leaves: ReadonlyMap<string, Tensor>): [string, Tensor][] {
  if (state === undefined) return [];
  const problems: string[] = [];
  const updates = flattenTree(state, isTensor).filter(([path, tensor]) => {
    const leaf = leaves.get(path);
    if (!leaf) problems.push(`'${path}' is no variable`);
    else if (leaf.shape.join() !== tensor.shape.join() || leaf.dtype !== tensor.dtype) {
      problems.push(`'${path}' changed from ${leaf.dtype} [${leaf.shape}] to ${tensor.dtype} [${tensor.shape}]`);
    }
    return leaf !== tensor;
  });
  if (problems.length > 0)
    throw new BackendError(`compile: the returned state does not fit the variables: ${problems.join('; ')}.`);
  return updates;
}

/** What is written under a condition. @throws {BackendError} when that is no bool scalar */
function guardedOf(
  guarded: { readonly condition: Tensor; readonly state: unknown } | undefined,
  leaves: ReadonlyMap<string, Tensor>,
): Trace['guarded'] {
  if (guarded === undefined) return undefined;
  const { condition, state } = guarded;
  if (condition.dtype !== 'bool' || condition.shape.length !== 0)
    throw new BackendError(`compile: a condition must be a bool scalar, got ${condition.dtype} [${condition.shape}].`);
  return { condition, updates: updatesOf(state, leaves) };
}

/** Inputs and variables of another compiled function have no value here. */
function refuseForeign(order: readonly Operation[], own: ReadonlySet<Tensor>): void {
  const foreign = order.flatMap((operation) =>
    (isA(operation, 'input') || isA(operation, 'variable')) && !own.has(operation.outputs[0] as Tensor)
      ? [`'${operation.attributes.path}'`]
      : [],
  );
  if (foreign.length > 0)
    throw new BackendError(
      `compile: ${[...new Set(foreign)].join(', ')} belongs to another compiled function: return it there and feed it here.`,
    );
}

/** What this engine has no entry for, before anything runs. */
function refuseLacking(order: readonly Operation[], has: (name: PrimitiveName) => boolean): void {
  const lacking = order
    .filter((operation) => !isA(operation, 'input') && !isA(operation, 'variable'))
    .map(({ primitive }) => primitive.name)
    .filter((name) => !has(name));
  if (lacking.length > 0)
    throw new BackendError(
      `compile: this engine cannot run ${[...new Set(lacking)].map((name) => `'${name}'`).join(', ')}; choose another engine, or another way to compute it.`,
    );
}

/**
 * Turns a pure function of trees of tensors into one that runs on an engine.
 *
 * The first call with a given set of input shapes traces `fn` without running anything; later calls replay what was
 * recorded. Engines with graphs run it as one TensorFlow graph, the others operation by operation, with the same result.
 *
 * @param variables state shared with other compiled functions; an empty tree for a stateless function
 * @param fn `(state, batch) → { outputs, state? }`; it must not read values or draw random numbers in JavaScript
 * @returns `(batch) → outputs`; calls are run one after another in the order made. `misplaced(batch)` says which ids, labels or places of a batch lie outside
 * @throws {BackendError} from a call: a value read while tracing, JavaScript randomness, a changed state tree, an operation no table has
 */
export function compile<S, B, O>(
  variables: Variables<S>,
  fn: (state: MapTree<S, Tensor>, batch: B) => Traced<O, NoInfer<S>>,
): Compiled<B, O> {
  const prepared = new Map<string, Prepared<O>>();
  const trace = (batch: MapTree<B, HostTensor>): Prepared<O> => {
    const states = new Map<string, Tensor>();
    for (const [path, spec] of variables.specs) states.set(path, variable(path, spec));
    const state = variables.nest((path) => states.get(path) as Tensor);
    const inputs: [string, Tensor][] = [];
    const feed = ({ shape, dtype }: HostTensor, path: string) => {
      const leaf = input(path, { shape: [...shape], dtype });
      inputs.push([path, leaf]);
      return leaf;
    };
    // The batch with its leaves made tensors is what the function takes: TypeScript cannot invert MapTree.
    const fed = mapTree(batch, feed, isHostTensor) as B;
    const result: Traced<O, S> | undefined = withoutRandomness(() => fn(state, fed));
    if (result instanceof Promise)
      throw new BackendError(
        'compile: the function is asynchronous; it only describes a computation and must return at once.',
      );
    if (typeof result !== 'object' || result.outputs === undefined)
      throw new BackendError("compile: the function must return { outputs, state? }; 'outputs' is missing.");
    const outputs = flattenTree(result.outputs, isTensor).map(([, tensor]) => tensor);
    const updates = updatesOf(result.state, states);
    const guarded = guardedOf(result.guarded, states);
    const written = [...updates, ...(guarded?.updates ?? [])];
    const twice = written.map(([path]) => path).filter((path, i, all) => all.indexOf(path) !== i);
    if (twice.length > 0)
      throw new BackendError(`compile: ${twice.map((path) => `'${path}'`).join(', ')} is both in state and guarded.`);
    const order = reachable([
      ...outputs,
      ...written.map(([, tensor]) => tensor),
      ...(guarded ? [guarded.condition] : []),
    ]);
    refuseForeign(order, new Set([...states.values(), ...inputs.map(([, leaf]) => leaf)]));
    refuseLacking(order, variables.program.has);
    const recorded: Trace = { inputs, outputs, updates, ...(guarded && { guarded }) };
    const { prepare } = variables.program;
    return { run: prepare(recorded), misplaced: misplacedIn(order, inputs, prepare), outputs: result.outputs };
  };
  let last: Promise<unknown> = Promise.resolve();
  const feedsOf = (batch: MapTree<B, HostTensor>) => new Map(flattenTree(batch, isHostTensor));
  const signatureOf = (feeds: ReadonlyMap<string, HostTensor>) =>
    [...feeds].map(([path, { shape, dtype }]) => `${path}:${dtype}[${shape}]`).join(';');
  const misplaced = async (batch: MapTree<B, HostTensor>) => {
    const feeds = feedsOf(batch);
    const turn = last.then(() => prepared.get(signatureOf(feeds))?.misplaced(feeds) ?? []);
    last = turn.catch(() => {});
    return turn;
  };
  const call = async (batch: MapTree<B, HostTensor>): Promise<MapTree<O, HostTensor>> => {
    const feeds = feedsOf(batch);
    for (const [path, fed] of feeds) {
      const problem = valuesProblem(fed);
      if (problem) throw new BackendError(`compile: input '${path}' ${problem}.`);
    }
    const signature = signatureOf(feeds);
    let entry = prepared.get(signature);
    if (!entry) {
      entry = trace(batch);
      prepared.set(signature, entry);
    }
    const { run, outputs } = entry;
    const turn = last.then(() => run(feeds));
    last = turn.catch(() => {});
    const values = await turn;
    let next = 0;
    // flattenTree and mapTree visit record keys in the same sorted order.
    return mapTree(outputs, () => values[next++] as HostTensor);
  };
  return Object.assign(call, { misplaced });
}
