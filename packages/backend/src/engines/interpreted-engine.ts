import type { HostTensor } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation } from '../expression/tensor.ts';
import { interpret, type Runner } from '../lowering/interpret.ts';
import type { Engine, EngineName, Program, Trace } from './engine.ts';

interface Parts<Handle> {
  readonly name: EngineName;
  readonly version: string;
  readonly origin: string;
  readonly devices: readonly string[];
  readonly runner: Runner<Handle>;
  readonly liveHandles: () => number;
  readonly dispose: () => void;
}

function programOf<Handle>(runner: Runner<Handle>, initial: ReadonlyMap<string, HostTensor>): Program {
  const variables = new Map<string, Handle>();
  const assign = (path: string, handle: Handle) => {
    const before = variables.get(path);
    variables.set(path, handle);
    if (before !== undefined && before !== handle) runner.release(before);
  };
  const write = (values: ReadonlyMap<string, HostTensor>) => {
    for (const [path, value] of values) assign(path, runner.fromHost(value));
  };
  write(initial);
  const free = (paths: readonly string[]) => {
    for (const path of paths) {
      runner.release(variables.get(path) as Handle);
      variables.delete(path);
    }
  };
  const prepare = ({ inputs, outputs, updates: always, guarded }: Trace) => {
    const updates = [...always, ...(guarded?.updates ?? [])];
    const wanted = [...outputs, ...updates.map(([, tensor]) => tensor), ...(guarded ? [guarded.condition] : [])];
    const order = reachable(wanted);
    const paths = new Set(inputs.map(([path]) => path));
    return async (feeds: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> => {
      const fed = new Map<string, Handle>();
      for (const path of paths) fed.set(path, runner.fromHost(feeds.get(path) as HostTensor));
      const leaf = (operation: Operation) => {
        if (isA(operation, 'input')) return fed.get(operation.attributes.path);
        return isA(operation, 'variable') ? variables.get(operation.attributes.path) : undefined;
      };
      const results = interpret(runner, order, wanted, leaf);
      const owned = new Set(results);
      const host = outputs.map((_output, i) => runner.toHost(results[i] as Handle));
      // A variable may be assigned a handle that is also an input or another variable: copy those through the host.
      const borrowed = new Set<Handle>([...fed.values(), ...variables.values()]);
      const held = guarded && runner.toHost(results[outputs.length + updates.length] as Handle).values[0] === 0;
      for (const [i, [path]] of (held ? always : updates).entries()) {
        const handle = results[outputs.length + i] as Handle;
        if (variables.get(path) === handle) continue;
        const duplicate = borrowed.has(handle);
        assign(path, duplicate ? runner.fromHost(runner.toHost(handle)) : handle);
        borrowed.add(handle);
      }
      const keep = new Set(variables.values());
      for (const handle of new Set([...owned, ...fed.values()])) if (!keep.has(handle)) runner.release(handle);
      return host;
    };
  };
  return {
    has: runner.has,
    write,
    read: (names) => names.map((path) => runner.toHost(variables.get(path) as Handle)),
    free,
    prepare,
    dispose: () => free([...variables.keys()]),
  };
}

/** An engine that runs operations one after another. @internal */
export function interpretedEngine<Handle>({ runner, ...parts }: Parts<Handle>): Engine {
  return {
    ...parts,
    run: (outputs) => {
      const handles = interpret(runner, reachable(outputs), outputs, () => undefined);
      const host = handles.map(runner.toHost);
      for (const handle of new Set(handles)) runner.release(handle);
      return host;
    },
    createProgram: (variables) => programOf(runner, variables),
  };
}
