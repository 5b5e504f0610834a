import type { Trace } from '../engines/engine.ts';
import { BackendError } from '../errors.ts';
import { type HostTensor, isHostTensor, sizeOf } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, isTensor, type Operation, type Tensor } from '../expression/tensor.ts';
import { flattenTree, type MapTree, mapTree } from '../expression/tree.ts';
import { input, variable } from '../operations/leaves.ts';
import type { Variables } from './create-variables.ts';

/**
 * What a traced function over variables like `S` returns: tensors to read, and new values of variables; parts of the state that are left out
 * stay as they are.
 */
export interface Traced<O, S> {
  readonly outputs: O;
  readonly state?: Partial<MapTree<S, Tensor>>;
}

interface Prepared<O> {
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
 * @returns `(batch) → outputs`; calls are run one after another in the order made
 * @throws {BackendError} from a call: a value read while tracing, JavaScript randomness, a changed state tree, an operation no table has
 */
export function compile<S, B, O>(
  variables: Variables<S>,
  fn: (state: MapTree<S, Tensor>, batch: B) => Traced<O, NoInfer<S>>,
): (batch: MapTree<B, HostTensor>) => Promise<MapTree<O, HostTensor>> {
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
    const order = reachable([...outputs, ...updates.map(([, tensor]) => tensor)]);
    refuseForeign(order, new Set([...states.values(), ...inputs.map(([, leaf]) => leaf)]));
    refuseLacking(order, variables.program.has);
    const recorded: Trace = { inputs, outputs, updates };
    return { run: variables.program.prepare(recorded), outputs: result.outputs };
  };
  let last: Promise<unknown> = Promise.resolve();
  return async (batch) => {
    const feeds = new Map(flattenTree(batch, isHostTensor));
    for (const [path, { shape, values }] of feeds) {
      if (values.length !== sizeOf(shape))
        throw new BackendError(`compile: input '${path}' has shape [${shape}] but ${values.length} values.`);
    }
    const signature = [...feeds].map(([path, { shape, dtype }]) => `${path}:${dtype}[${shape}]`).join(';');
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
}
