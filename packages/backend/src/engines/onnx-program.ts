import { withProfile } from '#machine';
import { adamOperands } from '../expression/adam-operands.ts';
import { type HostTensor, hostArrays, sizeOf } from '../expression/host-tensors.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { onnxRuns } from '../lowering/onnx-table.ts';
import { openSession } from '../onnx/open-session.ts';
import type { ProviderName } from '../onnx/providers.ts';
import { isWeb, type OnnxRuntime, type OnnxSession, type OnnxTensor } from '../onnx/runtime.ts';
import { type AdamScalars, updateByAdam } from './adam-on-host.ts';
import { drawnOnHost } from './drawn-on-host.ts';
import type { Placement, Program, Trace } from './engine.ts';
import { recordOnnx } from './record-onnx.ts';
import { referenceEngine } from './reference-engine.ts';

type Tensors = Readonly<Record<string, OnnxTensor>>;
type Fetches = Record<string, OnnxTensor | null>;

const zerosOf = ({ shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>): HostTensor['values'] =>
  new hostArrays[dtype](sizeOf(shape));

/** Variables in JavaScript's memory, and a session for every prepared trace. @internal */
export function onnxProgram(
  runtime: OnnxRuntime,
  provider: ProviderName,
  initial: ReadonlyMap<string, HostTensor>,
  { onRun, ...threads }: Pick<Placement, 'intraOpThreads' | 'interOpThreads' | 'onRun'>,
  count: (change: number) => void,
): Program {
  const variables = new Map<string, HostTensor>();
  const write = (values: ReadonlyMap<string, HostTensor>) => {
    for (const [path, { shape, dtype, values: own }] of values) {
      if (!variables.has(path)) count(1);
      variables.set(path, { shape: [...shape], dtype, values: own.slice() });
    }
  };
  write(initial);
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
    const held = new Map<string, HostTensor>();
    const drawn = drawnOnHost(fed);
    return async (feeds: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> => {
      const taken: Record<string, OnnxTensor> = {};
      for (const { name, path, kind } of inputs)
        taken[name] = tensorOf((kind === 'input' ? feeds : variables).get(path) as HostTensor);
      const words = fed.length > 0 ? await wordsOf(feeds) : [];
      for (const [i, { name, operation, threshold, tensor }] of fed.entries()) {
        const { values: own } = words[i] as HostTensor;
        taken[name] = tensorOf({ ...tensor, values: drawn.draw(i, own, operation, threshold) });
      }
      // Gradients are written where those of the step before were: nobody else holds them.
      const given: Fetches = {};
      for (const [tensor, name] of results) {
        if (isWeb(runtime) || !gradients.has(tensor) || trace.outputs.includes(tensor)) {
          given[name] = null;
          continue;
        }
        const kept = held.get(name) ?? { ...tensor, values: zerosOf(tensor) };
        held.set(name, kept);
        given[name] = tensorOf(kept);
      }
      const found = onRun ? await watched(taken, given) : await (await (session ??= opened())).run(taken, given);
      const readOf = (tensor: Tensor): HostTensor => {
        const { shape, dtype, operation } = tensor;
        if (isA(operation, 'input')) return feeds.get(operation.attributes.path) as HostTensor;
        return { shape, dtype, values: found[results.get(tensor) as string]?.data as HostTensor['values'] };
      };
      const host = trace.outputs.map((tensor) => {
        const { shape, dtype, values } = readOf(tensor);
        return { shape: [...shape], dtype, values: values.slice() };
      });
      const { guarded } = trace;
      const withheld = guarded !== undefined && readOf(guarded.condition).values[0] === 0;
      const guardedPaths = new Set(withheld ? guarded.updates.map(([path]) => path) : []);
      for (const [path, tensor] of [...trace.updates, ...(withheld ? [] : (guarded?.updates ?? []))]) {
        if (inPlace.has(tensor.operation)) continue;
        const value = readOf(tensor);
        variables.set(path, { ...value, values: value.values.slice() });
      }
      for (const { operation, paths } of adams) {
        if (guardedPaths.has(paths.parameter)) continue;
        const { gradient, rate, beta1Power, beta2Power } = adamOperands(operation.inputs);
        const scalar = (tensor: Tensor) => readOf(tensor).values[0] as number;
        const scalars: AdamScalars = {
          rate: scalar(rate),
          beta1Power: scalar(beta1Power),
          beta2Power: scalar(beta2Power),
        };
        const leafOf = (path: string) => (variables.get(path) as HostTensor).values as Float32Array;
        const own = { parameter: leafOf(paths.parameter), mean: leafOf(paths.mean), variance: leafOf(paths.variance) };
        updateByAdam({ ...own, gradient: readOf(gradient).values as Float32Array }, scalars, operation.attributes);
      }
      return host;
    };
  };
  return {
    has: onnxRuns,
    write,
    read: (paths) =>
      paths.map((path) => {
        const { shape, dtype, values } = variables.get(path) as HostTensor;
        return { shape, dtype, values: values.slice() };
      }),
    free: (paths) => {
      for (const path of paths) if (variables.delete(path)) count(-1);
    },
    prepare,
    dispose: () => {
      for (const session of sessions) void session.release();
      count(-variables.size);
      variables.clear();
    },
  };
}
