import { anything, checkOptions, oneOf } from '@cloze/checks';
import { installedRuntime } from '../onnx/open-runtime.ts';
import { type ProviderName, providerNames } from '../onnx/providers.ts';
import type { OnnxRuntime } from '../onnx/runtime.ts';
import type { Engine } from './engine.ts';
import { onnxProgram } from './onnx-program.ts';
import { referenceEngine } from './reference-engine.ts';

/** How ONNX Runtime is opened. */
export interface OnnxEngineOptions {
  /** The module: `onnxruntime-node` where it is installed; in a browser what `onnxruntime-web` exports. */
  readonly runtime?: OnnxRuntime | undefined;
  /** What it computes on, default `cpu`; `selectEngine` tries whether the others are there. */
  readonly provider?: ProviderName | undefined;
}

/**
 * Opens ONNX Runtime as an engine: each compiled function is one ONNX graph, derivatives included; variables live in JavaScript's memory.
 *
 * A single expression (`evaluate`) is left to the reference: a session for each would cost more than it saves.
 *
 * @throws {RangeError} for a provider there is not
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
    origin: 'onnxruntime-node',
    devices: [`${provider}: ONNX Runtime`],
    run,
    createProgram: (variables, placement) =>
      onnxProgram(runtime, provider, variables, placement, (change) => {
        handles += change;
      }),
    liveHandles: () => handles,
    dispose: () => {},
  };
}
