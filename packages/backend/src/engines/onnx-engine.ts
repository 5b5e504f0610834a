import { createRequire } from 'node:module';
import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import { type DType, type HostTensor, sizeOf } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { type Draw, drawsIn } from '../lowering/draws-in.ts';
import { lowerToOnnx, onnxRuns } from '../lowering/onnx-table.ts';
import { encodeOnnx } from '../onnx/onnx-model.ts';
import { onnxRecording } from '../onnx/onnx-sink.ts';
import type { OnnxRuntime, OnnxSession, OnnxTensor } from '../onnx/runtime.ts';
import { type AdamScalars, updateByAdam } from './adam-on-host.ts';
import { drawnOnHost } from './drawn-on-host.ts';
import type { Engine, Placement, Program, Trace } from './engine.ts';
import { inPlaceAdams } from './in-place-adams.ts';
import { referenceEngine } from './reference-engine.ts';

/** How ONNX Runtime is opened. */
export interface OnnxEngineOptions {
  /** The module: `onnxruntime-node` where it is installed; in a browser what `onnxruntime-web` exports. */
  readonly runtime?: OnnxRuntime | undefined;
  /** Execution provider, default `cpu`. */
  readonly provider?: string | undefined;
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
const zerosOf = ({ shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>): HostTensor['values'] =>
  new arrays[dtype](sizeOf(shape));

/** Numbers that are drawn here, before the graph runs: whether each reaches a threshold, or the numbers themselves. */
interface Fed {
  readonly name: string;
  readonly operation: Operation<'randomUniform'> | Operation<'randomNormal'>;
  readonly threshold: number | undefined;
  readonly tensor: Tensor;
}

/** A trace as a graph: what it takes, and what it gives. */
interface Lowered {
  readonly bytes: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly path: string; readonly kind: 'input' | 'variable' }[];
  readonly fed: readonly Fed[];
  /** Names under which tensors come out. */
  readonly results: ReadonlyMap<Tensor, string>;
  readonly adams: ReturnType<typeof inPlaceAdams>;
}

/** Records a trace; Adam's updates that go back where they come from are left to the host, which gets their gradients. */
function lowered({ outputs, updates: always, guarded }: Trace): Lowered {
  const updates = [...always, ...(guarded?.updates ?? [])];
  const wanted = [...outputs, ...updates.map(([, tensor]) => tensor), ...(guarded ? [guarded.condition] : [])];
  const adams = inPlaceAdams(reachable(wanted), outputs, updates);
  const onHost = new Set<Operation>(adams.map(({ operation }) => operation));
  const scalarsAndGradients = adams.flatMap(({ operation }) => {
    const { gradient, rate, beta1Power, beta2Power } = adamOperands(operation.inputs);
    return [gradient, rate, beta1Power, beta2Power];
  });
  const given = new Set([...wanted.filter(({ operation }) => !onHost.has(operation)), ...scalarsAndGradients]);
  const order = reachable([...given]);
  const draws: ReadonlyMap<Operation, Draw> = drawsIn(order, given);
  const masks = new Map([...draws.values()].map((draw) => [draw.mask.operation, draw]));
  const fed: Fed[] = [];
  const sink = onnxRecording((tensor) => {
    const operation = tensor.operation as Fed['operation'];
    const name = `drawn${fed.length}`;
    fed.push({ name, operation, threshold: undefined, tensor });
    return name;
  });
  const names = new Map<Tensor, string>();
  const leaves: Lowered['inputs'][number][] = [];
  const values: { name: string; dtype: DType; shape: readonly number[] }[] = [];
  const leaf = (kind: 'input' | 'variable', path: string, tensor: Tensor) => {
    const name = `${kind}${leaves.length}`;
    leaves.push({ name, path, kind });
    values.push({ name, dtype: tensor.dtype, shape: tensor.shape });
    names.set(tensor, name);
  };
  for (const operation of order) {
    const [first] = operation.outputs as [Tensor];
    if (isA(operation, 'input')) leaf('input', operation.attributes.path, first);
    else if (isA(operation, 'variable')) leaf('variable', operation.attributes.path, first);
    else if (draws.has(operation)) continue;
    else {
      const draw = masks.get(operation);
      if (draw) {
        const name = `drawn${fed.length}`;
        fed.push({ name, operation: draw.uniform, threshold: draw.threshold, tensor: draw.mask });
        names.set(first, name);
        continue;
      }
      const results = lowerToOnnx(
        sink,
        operation.inputs.map((input) => names.get(input) as string),
        operation,
      );
      for (const [i, output] of operation.outputs.entries()) names.set(output, results[i] as string);
    }
  }
  for (const { name, tensor } of fed) values.push({ name, dtype: tensor.dtype, shape: tensor.shape });
  const results = new Map<Tensor, string>();
  for (const tensor of given)
    if (!isA(tensor.operation, 'input')) results.set(tensor, sink.op('Identity', [names.get(tensor) as string]));
  const graph = {
    nodes: sink.nodes,
    constants: sink.constants,
    inputs: values,
    outputs: [...results].map(([{ dtype, shape }, name]) => ({ name, dtype, shape })),
  };
  return { bytes: encodeOnnx(graph), inputs: leaves, fed, results, adams };
}

/** Opens `onnxruntime-node`. @throws saying how it is had where it is missing */
function installedRuntime(): OnnxRuntime {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new Error(
      code === 'MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'")
        ? 'onnxruntime-node is not installed (it is optional); ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node brings it.'
        : `onnxruntime-node does not load: ${message.split('\n')[0]}`,
    );
  }
}

function programOf(
  { InferenceSession, Tensor: OrtTensor }: OnnxRuntime,
  provider: string,
  initial: ReadonlyMap<string, HostTensor>,
  { intraOpThreads }: Placement,
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
  const sessions: OnnxSession[] = [];
  const tensorOf = ({ shape, dtype, values }: HostTensor) => new OrtTensor(dtype, values, shape);
  const prepare = (trace: Trace) => {
    const { bytes, inputs, fed, results, adams } = lowered(trace);
    const gradients = new Set(adams.map(({ operation }) => adamOperands(operation.inputs).gradient));
    const inPlace = new Set<Operation>(adams.map(({ operation }) => operation));
    const wordsOf = referenceEngine()
      .createProgram(new Map(), {})
      .prepare({
        inputs: trace.inputs,
        outputs: fed.map(({ operation }) => operation.inputs[0] as Tensor),
        updates: [],
      });
    let session: Promise<OnnxSession> | undefined;
    const held = new Map<string, HostTensor>();
    const drawn = drawnOnHost(fed);
    return async (feeds: ReadonlyMap<string, HostTensor>): Promise<HostTensor[]> => {
      session ??= InferenceSession.create(bytes, {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        executionMode: 'sequential',
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        ...(intraOpThreads !== undefined && { intraOpNumThreads: intraOpThreads }),
      }).then((made) => {
        sessions.push(made);
        return made;
      });
      const open = await session;
      const taken: Record<string, OnnxTensor> = {};
      for (const { name, path, kind } of inputs)
        taken[name] = tensorOf((kind === 'input' ? feeds : variables).get(path) as HostTensor);
      const words = fed.length > 0 ? await wordsOf(feeds) : [];
      for (const [i, { name, operation, threshold, tensor }] of fed.entries()) {
        const { values: own } = words[i] as HostTensor;
        taken[name] = tensorOf({ ...tensor, values: drawn.draw(i, own, operation, threshold) });
      }
      // Gradients are written where those of the step before were: nobody else holds them.
      const given: Record<string, OnnxTensor | null> = {};
      for (const [tensor, name] of results) {
        if (!gradients.has(tensor) || trace.outputs.includes(tensor)) {
          given[name] = null;
          continue;
        }
        const kept = held.get(name) ?? { ...tensor, values: zerosOf(tensor) };
        held.set(name, kept);
        given[name] = tensorOf(kept);
      }
      const found = await open.run(taken, given);
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
    prepare,
    dispose: () => {
      for (const session of sessions) void session.release();
      count(-variables.size);
      variables.clear();
    },
  };
}

/**
 * Opens ONNX Runtime as an engine: each compiled function is one ONNX graph, derivatives included; variables live in JavaScript's memory.
 *
 * A single expression (`evaluate`) is left to the reference: a session for each would cost more than it saves.
 *
 * @throws where ONNX Runtime is missing, does not load, or has no such provider
 */
export function onnxEngine({ runtime = installedRuntime(), provider = 'cpu' }: OnnxEngineOptions = {}): Engine {
  let handles = 0;
  const { run } = referenceEngine();
  const version = runtime.env.versions.node ?? runtime.env.versions.web ?? runtime.env.versions.common ?? 'unknown';
  return {
    name: 'onnx',
    version,
    origin: 'onnxruntime-node',
    devices: [`${provider}: ONNX Runtime`],
    run,
    createProgram: (variables, placement = {}) => {
      if (placement.matmulPrecision === 'bfloat16')
        throw new BackendError(
          "engine 'onnx' has no bfloat16 products; leave matmulPrecision out, or use libtensorflow.",
        );
      return programOf(runtime, provider, variables, placement, (change) => {
        handles += change;
      });
    },
    liveHandles: () => handles,
    dispose: () => {},
  };
}
