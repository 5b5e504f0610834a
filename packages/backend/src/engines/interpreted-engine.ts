import type { HostTensor, Operation, Tensor } from '../expression/tensor.ts';
import { interpret, type Runner, reachable } from '../lowering/interpret.ts';
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
  const like = new Map<string, HostTensor>();
  const assign = (path: string, handle: Handle) => {
    const before = variables.get(path);
    variables.set(path, handle);
    if (before !== undefined && before !== handle) runner.release(before);
  };
  const write = (values: ReadonlyMap<string, HostTensor>) => {
    for (const [path, value] of values) {
      like.set(path, value);
      assign(path, runner.fromHost(value));
    }
  };
  write(initial);
  const prepare = ({ inputs, outputs, updates }: Trace) => {
    const wanted = [...outputs, ...updates.map(([, tensor]) => tensor)];
    const order = reachable(wanted);
    const paths = new Set(inputs.map(([path]) => path));
    return async (feeds: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> => {
      const fed = new Map<string, Handle>();
      for (const path of paths) fed.set(path, runner.fromHost(feeds.get(path) as HostTensor));
      const leaf = ({ primitive, attributes }: Operation) => {
        if (primitive.name === 'input') return fed.get(attributes.path as string);
        return primitive.name === 'variable' ? variables.get(attributes.path as string) : undefined;
      };
      const results = interpret(runner, order, wanted, leaf);
      const owned = new Set(results);
      const host = outputs.map((output, i) => runner.toHost(results[i] as Handle, output));
      // A variable may be assigned a handle that is also an input or another variable: copy those through the host.
      const borrowed = new Set<Handle>([...fed.values(), ...variables.values()]);
      for (const [i, [path, tensor]] of updates.entries()) {
        const handle = results[outputs.length + i] as Handle;
        if (variables.get(path) === handle) continue;
        const duplicate = borrowed.has(handle);
        assign(path, duplicate ? runner.fromHost(runner.toHost(handle, tensor)) : handle);
        borrowed.add(handle);
      }
      const keep = new Set(variables.values());
      for (const handle of new Set([...owned, ...fed.values()])) if (!keep.has(handle)) runner.release(handle);
      return host;
    };
  };
  return {
    write,
    read: (names) =>
      names.map((path) => runner.toHost(variables.get(path) as Handle, like.get(path) as unknown as Tensor)),
    prepare,
    dispose: () => {
      for (const handle of variables.values()) runner.release(handle);
      variables.clear();
    },
  };
}

/** An engine that runs operations one after another. @internal */
export function interpretedEngine<Handle>({ runner, ...parts }: Parts<Handle>): Engine {
  return {
    ...parts,
    run: (outputs) => {
      const handles = interpret(runner, reachable(outputs), outputs, () => undefined);
      const host = outputs.map((output, i) => runner.toHost(handles[i] as Handle, output));
      for (const handle of new Set(handles)) runner.release(handle);
      return host;
    },
    createProgram: (variables) => programOf(runner, variables),
  };
}
