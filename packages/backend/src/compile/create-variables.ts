import type { Engine, Placement, Program } from '../engines/engine.ts';
import { BackendError } from '../errors.ts';
import type { HostTensor } from '../expression/tensor.ts';
import { sizeOf } from '../expression/tensor.ts';
import { flattenTree, type MapTree, mapTree } from '../expression/tree.ts';

/** Tensors that stay on an engine: parameters, optimiser state. Several compiled functions share them. */
export interface Variables<S> {
  /** The values now, read from the engine; plain data. */
  read(): MapTree<S, HostTensor>;
  /** Replaces all values. @throws {BackendError} when a leaf is missing, unexpected or of another shape */
  write(values: S): void;
  dispose(): void;
  /** @internal */
  readonly program: Program;
  /** @internal */
  readonly specs: S;
}

function checked(tree: unknown): Map<string, HostTensor> {
  const leaves = new Map(flattenTree<HostTensor>(tree as never));
  const wrong = [...leaves].filter(([, { shape, values }]) => values.length !== sizeOf(shape));
  if (wrong.length > 0) {
    throw new BackendError(
      `createVariables: ${wrong.map(([path, { shape, values }]) => `'${path}' has shape [${shape}] but ${values.length} values`).join('; ')}.`,
    );
  }
  return leaves;
}

/**
 * Puts a tree of values on an engine, in variables that compiled functions read and update in place.
 *
 * @param placement device, threads, XLA and cluster of everything compiled over these variables
 * @throws {BackendError} when shapes and numbers of values disagree
 */
export function createVariables<S>(engine: Engine, tree: S, placement: Placement = {}): Variables<S> {
  const leaves = checked(tree);
  const program = engine.createProgram(leaves, placement);
  const specs = mapTree(tree, ({ shape, dtype }: HostTensor) => ({ shape, dtype })) as S;
  return {
    program,
    specs,
    read: () => {
      const paths = [...leaves.keys()];
      const values = new Map(program.read(paths).map((value, i) => [paths[i] as string, value]));
      return mapTree(specs, (_leaf, path) => values.get(path) as HostTensor);
    },
    write: (values) => {
      const given = checked(values);
      const problems = [...leaves].flatMap(([path, { shape }]) => {
        const value = given.get(path);
        if (!value) return [`'${path}' is missing`];
        return value.shape.join() === shape.join() ? [] : [`'${path}' is [${value.shape}], expected [${shape}]`];
      });
      for (const path of given.keys()) if (!leaves.has(path)) problems.push(`'${path}' is unexpected`);
      if (problems.length > 0) throw new BackendError(`Variables.write: ${problems.join('; ')}.`);
      program.write(given);
    },
    dispose: () => program.dispose(),
  };
}
