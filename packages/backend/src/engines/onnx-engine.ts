import { anything, checkOptions, oneOf, refuse } from '@cloze/checks';
import { installedRuntime } from '#machine';
import { type ProviderName, providerNames } from '../onnx/providers.ts';
import { isWeb, type OnnxRuntime } from '../onnx/runtime.ts';
import type { Engine, Placement } from './engine.ts';
import { onnxProgram } from './onnx-program.ts';
import { referenceEngine } from './reference-engine.ts';

/** How ONNX Runtime is opened. */
export interface OnnxEngineOptions {
  /** The module: `onnxruntime-node` where it is installed; in a browser what `onnxruntime-web/wasm` or `onnxruntime-web/webgpu` exports. */
  readonly runtime?: OnnxRuntime | undefined;
  /** What it computes on, default `cpu`; `selectEngine` tries whether the others are there. */
  readonly provider?: ProviderName | undefined;
}

/** @throws {RangeError} naming what a placement asks for that a browser's runtime has not */
function refuseInWeb(placement: Placement): void {
  const threads = 'set ort.env.wasm.numThreads before its first session, on a page that is isolated';
  const why = { intraOpThreads: threads, interOpThreads: threads, onRun: "the browser's own profiler tells" } as const;
  const asked = (['intraOpThreads', 'interOpThreads', 'onRun'] as const).filter(
    (name) => placement[name] !== undefined,
  );
  refuse(
    'createVariables',
    asked.map((name) => `onnxruntime-web has no ${name}: leave it out; ${why[name]}`),
  );
}

/**
 * Opens ONNX Runtime as an engine: each compiled function is one ONNX graph, derivatives included; variables live in JavaScript's memory.
 *
 * A single expression (`evaluate`) is left to the reference: a session for each would cost more than it saves. In a browser the page brings
 * `onnxruntime-web` and passes it in, so that nobody loads it who does not train.
 *
 * @throws {RangeError} for a provider there is not
 * @throws {BackendError} in a browser without a runtime
 * @throws where ONNX Runtime is missing or does not load
 */
export function onnxEngine(options: OnnxEngineOptions = {}): Engine {
  checkOptions('onnxEngine', options, { runtime: anything, provider: oneOf(providerNames) });
  const { runtime = installedRuntime(), provider = 'cpu' } = options;
  let handles = 0;
  const { run } = referenceEngine();
  const version = runtime.env.versions.node ?? runtime.env.versions.web ?? runtime.env.versions.common ?? 'unknown';
  return {
    name: provider === 'cpu' ? 'onnx' : `onnx:${provider}`,
    version,
    origin: isWeb(runtime) ? 'onnxruntime-web' : 'onnxruntime-node',
    devices: [`${provider}: ONNX Runtime`],
    run,
    createProgram: (variables, placement) => {
      if (isWeb(runtime)) refuseInWeb(placement);
      return onnxProgram(runtime, provider, variables, placement, (change) => {
        handles += change;
      });
    },
    liveHandles: () => handles,
    dispose: () => {},
  };
}
