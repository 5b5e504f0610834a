import { BackendError } from '../errors.ts';
import { findLibtensorflow, type Surroundings } from '../install/find-libtensorflow.ts';
import type { Engine, EngineName } from './engine.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';
import { tfjsEngine } from './tfjs-engine.ts';

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
  readonly surroundings: Surroundings;
}

/** Engines from best to last resort. tfjs-node is only used when named: it is slower than libtensorflow and rarely works. */
const preference: readonly EngineName[] = ['tensorflow', 'wasm', 'cpu'];

async function open(name: EngineName, { directory, surroundings }: SelectOptions): Promise<Engine> {
  if (name !== 'tensorflow' && name !== 'tensorflow-gpu') return tfjsEngine(name);
  const found = findLibtensorflow(surroundings, directory);
  if ('reason' in found) throw new Error(found.reason);
  return tensorflowEngine(found.directory, { gpu: name === 'tensorflow-gpu' });
}

/**
 * Opens the best engine this machine has: `tensorflow` → `wasm` → `cpu`, with the reason why better ones were refused.
 *
 * @throws {BackendError} when a named engine does not work, with its reason, or when none does
 */
export async function selectEngine(options: SelectOptions): Promise<Selection> {
  const refused: { name: EngineName; reason: string }[] = [];
  for (const name of options.name ? [options.name] : preference) {
    try {
      return { engine: await open(name, options), refused };
    } catch (error) {
      refused.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new BackendError(`selectEngine: ${refused.map(({ name, reason }) => `${name}: ${reason}`).join(' | ')}`);
}
