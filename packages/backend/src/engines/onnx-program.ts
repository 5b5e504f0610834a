import { withProfile } from '#machine';
import { adamOperands } from '../expression/adam-operands.ts';
import { type HostTensor, sizeOf } from '../expression/host-tensors.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { onnxRuns } from '../lowering/onnx-table.ts';
import { openSession } from '../onnx/open-session.ts';
import type { ProviderName } from '../onnx/providers.ts';
import { isWeb, type OnnxRuntime, type OnnxSession, type OnnxTensor } from '../onnx/runtime.ts';
import { updateByAdams } from './adam-on-host.ts';
import { drawnOnHost } from './drawn-on-host.ts';
import type { Placement, Program, Trace } from './engine.ts';
import { type Held, kernelThreads } from './kernel-threads.ts';
import { recordOnnx } from './record-onnx.ts';
import { referenceEngine } from './reference-engine.ts';

type Tensors = Readonly<Record<string, OnnxTensor>>;
type Fetches = Record<string, OnnxTensor | null>;

const copyOf = ({ shape, dtype, values }: HostTensor): HostTensor => ({
  shape: [...shape],
  dtype,
  values: values.slice(),
});

/** From this many numbers in variables on, other threads are worth their memory. */
const large = 1 << 20;

/** Variables in JavaScript's memory, and a session for every prepared trace. @internal */
export function onnxProgram(
  runtime: OnnxRuntime,
  provider: ProviderName,
  initial: ReadonlyMap<string, HostTensor>,
  { onRun, ...threads }: Pick<Placement, 'intraOpThreads' | 'interOpThreads' | 'onRun'>,
  count: (change: number) => void,
): Program {
  const size = [...initial.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const workers = kernelThreads(isWeb(runtime) || size < large ? 1 : threads.intraOpThreads);
  const variables = new Map<string, Held>();
  const store = (path: string, value: HostTensor) => {
    if (!variables.has(path)) count(1);
    const held = variables.get(path) ?? workers.hold(value);
    held.values.set(value.values);
    variables.set(path, held);
  };
  const write = (values: ReadonlyMap<string, HostTensor>) => {
    for (const [path, value] of values) store(path, value);
  };
  write(initial);
  // A run that is not over still reads and writes the memory when it is disposed of.
  let running = 0;
  let ended = false;
  const endWorkers = () => {
    if (ended && running === 0) workers.dispose();
  };
  const sessions = new Set<OnnxSession>();
  const tensorOf = ({ shape, dtype, values }: HostTensor) => new runtime.Tensor(dtype, values, shape);
  const prepare = (trace: Trace) => {
    const { bytes, inputs, fed, results, adams } = recordOnnx(trace);
    const gradients = new Set(adams.map(({ operation }) => adamOperands(operation.inputs).gradient));
    const inPlace = new Set<Operation>(adams.map(({ operation }) => operation));
    const wordsOf = referenceEngine()
      .createProgram(new Map(), {})
      .prepare({
        inputs: trace.inputs,
        outputs: fed.map(({ operation }) => operation.inputs[0] as Tensor),
        updates: [],
      });
    const opened = async (profile?: string) => {
      const made = await openSession(runtime, bytes, { provider, ...threads, profile });
      sessions.add(made);
      return made;
    };
    let session: Promise<OnnxSession> | undefined;
    /** A profile is of one session's life. */
    const watched = async (feeds: Tensors, fetches: Fetches) => {
      let found: Tensors = {};
      const times = await withProfile(async (prefix) => {
        const once = await opened(prefix);
        found = await once.run(feeds, fetches).finally(() => once.endProfiling());
        sessions.delete(once);
        await once.release();
      });
      onRun?.(times);
      return found;
    };
    const held = new Map<string, Held>();
    const draw = drawnOnHost(fed, workers);
    const run = async (feeds: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> => {
      const taken: Record<string, OnnxTensor> = {};
      for (const { name, path, kind } of inputs)
        taken[name] = tensorOf((kind === 'input' ? feeds : variables).get(path) as HostTensor);
      const words = fed.length > 0 ? await wordsOf(feeds) : [];
      const drawn = draw(words.map(({ values }) => values));
      for (const [i, { name, tensor }] of fed.entries())
        taken[name] = tensorOf({ ...tensor, values: drawn[i] as HostTensor['values'] });
      // Gradients are written where those of the step before were: nobody else holds them.
      const given: Fetches = {};
      for (const [tensor, name] of results) {
        if (isWeb(runtime) || !gradients.has(tensor) || trace.outputs.includes(tensor)) {
          given[name] = null;
          continue;
        }
        const kept = held.get(name) ?? workers.hold(tensor);
        held.set(name, kept);
        given[name] = tensorOf(kept);
      }
      const found = onRun ? await watched(taken, given) : await (await (session ??= opened())).run(taken, given);
      const readOf = (tensor: Tensor): HostTensor => {
        const { shape, dtype, operation } = tensor;
        if (isA(operation, 'input')) return feeds.get(operation.attributes.path) as HostTensor;
        const name = results.get(tensor) as string;
        // What ONNX Runtime gives back of memory that it was given is another view.
        return held.get(name) ?? { shape, dtype, values: found[name]?.data as HostTensor['values'] };
      };
      const host = trace.outputs.map((tensor) => copyOf(readOf(tensor)));
      const { guarded } = trace;
      const withheld = guarded !== undefined && readOf(guarded.condition).values[0] === 0;
      const guardedPaths = new Set(withheld ? guarded.updates.map(([path]) => path) : []);
      for (const [path, tensor] of [...trace.updates, ...(withheld ? [] : (guarded?.updates ?? []))]) {
        if (inPlace.has(tensor.operation)) continue;
        store(path, readOf(tensor));
      }
      updateByAdams(
        adams.filter(({ paths }) => !guardedPaths.has(paths.parameter)),
        readOf,
        (path) => variables.get(path) as Held,
        workers,
      );
      return host;
    };
    return async (feeds: ReadonlyMap<string, HostTensor>) => {
      running++;
      return run(feeds).finally(() => {
        running--;
        endWorkers();
      });
    };
  };
  return {
    has: onnxRuns,
    write,
    read: (paths) => paths.map((path) => copyOf(variables.get(path) as Held)),
    free: (paths) => {
      for (const path of paths) {
        const held = variables.get(path);
        if (held === undefined) continue;
        variables.delete(path);
        count(-1);
        if (running === 0) workers.release(held);
      }
    },
    prepare,
    dispose: () => {
      for (const session of sessions) void session.release();
      count(-variables.size);
      variables.clear();
      ended = true;
      endWorkers();
    },
  };
}
