import { anything, checkOptions, needed, oneOf, type Rules } from '@cloze/checks';
import { findLibtensorflow, installedRuntime, tensorflowEngine, tfjsEngine } from '#machine';
import { BackendError } from '../errors.ts';
import type { Surroundings } from '../install/find-libtensorflow.ts';
import { type ProviderName, providerNames } from '../onnx/providers.ts';
import { tryProvider } from '../onnx/try-provider.ts';
import { type Engine, type EngineName, engineNames, triedEngines } from './engine.ts';
import { NoGpuError } from './no-gpu-error.ts';
import { onnxEngine } from './onnx-engine.ts';
import { referenceEngine } from './reference-engine.ts';

/** The engine in use and, for each better one, why it is not. */
export interface Selection {
  readonly engine: Engine;
  readonly refused: readonly { readonly name: EngineName; readonly reason: string }[];
}

/** What to select. */
export interface SelectOptions {
  /** Exactly this engine, or an error; default the best that works. */
  readonly name?: EngineName | undefined;
  /** Folder with libtensorflow; default CLOZE_LIBTENSORFLOW, then the per-user cache. */
  readonly directory?: string | undefined;
  /** Where this process runs: `thisMachine()`. */
  readonly surroundings: Surroundings;
}

const rules: Rules<SelectOptions> = {
  name: oneOf(engineNames),
  directory: anything,
  surroundings: needed({ ...anything, expected: 'what thisMachine() gives' }),
};

/** Whether a folder of libtensorflow was named, by option or environment. */
const isNamed = ({ directory, surroundings }: SelectOptions): boolean =>
  Boolean(directory || surroundings.env.CLOZE_LIBTENSORFLOW);

function openTensorflow(gpu: boolean, { surroundings, directory }: SelectOptions): Engine {
  const found = findLibtensorflow(surroundings, { directory, gpu });
  if ('reason' in found) throw new Error(found.reason);
  return tensorflowEngine(found.directory, { gpu });
}

/** One engine by its name. */
async function open(name: EngineName, options: SelectOptions): Promise<Engine> {
  if (name === 'tensorflow' || name === 'tensorflow-gpu') return openTensorflow(name === 'tensorflow-gpu', options);
  if (name === 'tfjs-node' || name === 'tfjs-node-gpu') return tfjsEngine(name);
  return name === 'reference' ? referenceEngine() : openOnnx(name);
}

/** ONNX Runtime on the provider that its name says, `cpu` without one. */
async function openOnnx(name: 'onnx' | `onnx:${Exclude<ProviderName, 'cpu'>}`): Promise<Engine> {
  const provider = providerNames.find((one) => name === `onnx:${one}`) ?? 'cpu';
  const runtime = installedRuntime();
  if (provider !== 'cpu') await tryProvider(runtime, provider);
  return onnxEngine({ runtime, provider });
}

/**
 * Opens the best engine this machine has, `tensorflow-gpu` → `tensorflow` → `onnx` → `tfjs-node-gpu` → `tfjs-node` → `reference`, with the reason why
 * better ones were refused; ONNX Runtime's other providers (`onnx:webgpu`, …) are opened by name only. Nothing is downloaded: that is `installLibtensorflow`'s. A folder of libtensorflow that was named, by
 * `directory` or CLOZE_LIBTENSORFLOW, is used or is an error.
 *
 * @throws {RangeError} for no surroundings, an unknown option or an engine there is not, with the names there are
 * @throws {BackendError} when a named engine does not work, or libtensorflow in a named folder, with its reason
 */
export async function selectEngine(options: SelectOptions): Promise<Selection> {
  checkOptions('selectEngine', options ?? {}, rules);
  const refused: { name: EngineName; reason: string }[] = [];
  let { directory } = options;
  for (const name of options.name ? [options.name] : triedEngines) {
    try {
      return { engine: await open(name, { ...options, directory }), refused };
    } catch (error) {
      refused.push({ name, reason: error instanceof Error ? error.message : String(error) });
      // Who named a folder means it: another engine in its place would give other numbers at another speed, without a word.
      if (name === 'tensorflow' && isNamed(options)) break;
      // Two copies of libtensorflow in one process get in each other's way: `tensorflow` takes the one that is loaded.
      if (error instanceof NoGpuError) directory = error.directory;
    }
  }
  throw new BackendError(`selectEngine: ${refused.map(({ name, reason }) => `${name}: ${reason}`).join(' | ')}`);
}
