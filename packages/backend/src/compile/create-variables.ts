import { checkPlacement } from '../engines/check-placement.ts';
import type { Engine, Placement, Program } from '../engines/engine.ts';
import { BackendError } from '../errors.ts';
import { type HostTensor, isHostTensor, type TensorSpec } from '../expression/host-tensors.ts';
import { childrenOf, flattenTree, type MapTree, nestingOf } from '../expression/tree.ts';
import { valuesProblem } from '../expression/values-problem.ts';

/** What a checkpoint holds of variables: leaves by path below each top-level part. */
export interface CheckpointTensors {
  readonly tensors: Readonly<Record<string, ReadonlyMap<string, HostTensor>>>;
}

/** How a checkpoint is read. */
export interface RestoreOptions {
  /** Today's path of a leaf of an older checkpoint, such as the encoder's `currentName`; default the path itself. */
  readonly rename?: (path: string) => string;
}

/** Tensors that stay on an engine: parameters, optimiser state. Several compiled functions share them. */
export interface Variables<S> {
  /** The values now, read from the engine; plain data. */
  read(): MapTree<S, HostTensor>;
  /** The values of one top-level part alone, `parameters` say: the others are not copied. */
  readPart<K extends keyof MapTree<S, HostTensor> & string>(part: K): MapTree<S, HostTensor>[K];
  /** The values of one top-level part at the end: all other parts are freed before they are read, and then the variables are disposed of. */
  take<K extends keyof MapTree<S, HostTensor> & string>(part: K): MapTree<S, HostTensor>[K];
  /** Replaces all values. @throws {BackendError} when a leaf is missing, unexpected or of another shape or type */
  write(values: MapTree<S, HostTensor>): void;
  /**
   * Like `capture`, but each leaf is read from the engine whenever its values are asked for: all of them never stand in JavaScript's memory at
   * once, and they change with the next step.
   */
  view(): Readonly<Record<string, unknown>>;
  /** The values now as a checkpoint saves them: a tree for each top-level part, by its name. */
  capture(): Readonly<Record<string, unknown>>;
  /**
   * Replaces all values by those of a checkpoint.
   *
   * @param checkpoint its tensors for each top-level part, by path below the part
   * @throws {BackendError} listing every leaf that is missing, unexpected, there twice, or of another shape or type; nothing is written then
   */
  restore(checkpoint: CheckpointTensors, options?: RestoreOptions): void;
  dispose(): void;
  /** @internal */
  readonly program: Program;
  /** @internal */
  readonly specs: ReadonlyMap<string, TensorSpec>;
  /** Puts what belongs to each path into the nesting of the state. @internal */
  nest<T>(leafAt: (path: string) => T): MapTree<S, T>;
}

/** Leaves by path. @throws {BackendError} when shapes and numbers of values disagree */
function checked(tree: unknown, where: string): Map<string, HostTensor> {
  const leaves = new Map(flattenTree(tree, isHostTensor));
  const wrong = [...leaves].flatMap(([path, leaf]) => {
    const problem = valuesProblem(leaf);
    return problem ? [`'${path}' ${problem}`] : [];
  });
  if (wrong.length > 0) throw new BackendError(`${where}: ${wrong.join('; ')}.`);
  return leaves;
}

/** Everything about given leaves that does not fit the variables, a part that is missing whole in one sentence. */
function misfits(given: ReadonlyMap<string, HostTensor>, specs: ReadonlyMap<string, TensorSpec>): string[] {
  const partOf = (path: string) => path.split('/')[0] as string;
  const parts = new Set([...given.keys()].map(partOf));
  const missing = new Set<string>();
  const problems: string[] = [];
  for (const [path, { shape, dtype }] of specs) {
    const value = given.get(path);
    if (!value) missing.add(`'${parts.has(partOf(path)) ? path : partOf(path)}' is missing`);
    else if (value.shape.join() !== shape.join() || value.dtype !== dtype)
      problems.push(`'${path}' is ${value.dtype} [${value.shape}], expected ${dtype} [${shape}]`);
  }
  for (const path of given.keys()) if (!specs.has(path)) problems.push(`'${path}' is unexpected`);
  return [...missing, ...problems];
}

/**
 * Puts a tree of values on an engine, in variables that compiled functions read and update in place.
 *
 * @param tree a record or array of parts, such as `{ parameters, optimiser }`
 * @param placement device, threads and XLA of everything compiled over these variables
 * @throws {RangeError} naming what of the placement means nothing, or nothing to this engine
 * @throws {BackendError} when a leaf holds no values, or shapes and numbers of values disagree
 */
export function createVariables<S extends object>(engine: Engine, tree: S, placement: Placement = {}): Variables<S> {
  checkPlacement('createVariables', engine.name, placement);
  const initial = checked(tree, 'createVariables');
  const program = engine.createProgram(initial, placement);
  const specs = new Map([...initial].map(([path, { shape, dtype }]) => [path, { shape, dtype }]));
  const nest = nestingOf(tree);
  let disposed = false;
  const dispose = () => {
    if (!disposed) program.dispose();
    disposed = true;
  };
  const isOf = (part: string) => (path: string) => path === part || path.startsWith(`${part}/`);
  const readPaths = (paths: readonly string[]) => {
    const values = new Map(program.read(paths).map((value, i) => [paths[i], value]));
    return nest((path) => values.get(path) as HostTensor);
  };
  const read = () => readPaths([...specs.keys()]);
  const write = (
    values: ReadonlyMap<string, HostTensor>,
    where: string,
    { more = [], advice = '' }: { readonly more?: readonly string[]; readonly advice?: string } = {},
  ) => {
    const problems = [...misfits(values, specs), ...more];
    if (problems.length > 0) throw new BackendError(`${where}: ${problems.join('; ')}.${advice}`);
    program.write(values);
  };
  return {
    program,
    specs,
    nest,
    read,
    readPart: (part) => readPaths([...specs.keys()].filter(isOf(part)))[part],
    take: (part) => {
      const isOwn = isOf(part);
      program.free([...specs.keys()].filter((path) => !isOwn(path)));
      const taken = readPaths([...specs.keys()].filter(isOwn))[part];
      dispose();
      return taken;
    },
    write: (values) => write(checked(values, 'Variables.write'), 'Variables.write'),
    view: () => {
      // What the last step left is no longer wanted while its state is read.
      program.free([]);
      const leaf = (path: string): HostTensor => ({
        ...(specs.get(path) as TensorSpec),
        get values() {
          return (program.read([path])[0] as HostTensor).values;
        },
      });
      return Object.fromEntries(childrenOf(nest(leaf), '', 'Variables.view'));
    },
    capture: () => Object.fromEntries(childrenOf(read(), '', 'Variables.capture')),
    restore: ({ tensors }, { rename = (path: string) => path } = {}) => {
      const leaves = new Map<string, HostTensor>();
      const twice: string[] = [];
      for (const [part, held] of Object.entries(tensors))
        for (const [former, value] of held) {
          const path = former ? `${part}/${rename(former)}` : part;
          if (leaves.has(path)) twice.push(`'${path}' is there twice, once as '${part}/${former}'`);
          leaves.set(path, value);
        }
      write(leaves, 'Variables.restore', {
        more: twice,
        advice: ' Was the checkpoint made with another configuration?',
      });
    },
    dispose,
  };
}
