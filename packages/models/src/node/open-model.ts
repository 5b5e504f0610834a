import type { Engine, EngineName, Placement } from '@cloze/backend';
import { type HubOptions, loadPretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { loadModel } from '../model/loaded-model.ts';
import { createModel, type Model } from '../model/model.ts';
import { openEngine } from './open-engine.ts';
import { type Saveable, saving } from './save-model.ts';

/** How a model is opened. */
export interface OpenModelOptions extends HubOptions {
  /** An engine that is open already (it stays open), or the name of one; default the best that works. */
  readonly engine?: Engine | EngineName | undefined;
  /** Draws weights the file lacks, a head say; default 1. */
  readonly seed?: number;
  /** Told, in a line each time, what was drawn at random, what was left over, and how names were unwrapped; default nobody. */
  readonly say?: ((line: string) => void) | undefined;
  /** Threads, devices and precision of what is compiled over the weights. */
  readonly placement?: Placement;
}

/** A model that can be saved. */
export interface OpenedModel extends Model, Saveable {}

/**
 * Opens a folder as Hugging Face lays it out, or a hub id, with its tokenizer, on an engine.
 *
 * @throws {CheckpointError} for a file that is torn, hostile or does not fit; {Error} for a tokenizer that is absent or of another model
 */
export async function openModel(folderOrHubId: string, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const { engine: wanted, seed = 1, placement, say = () => {}, ...hub } = options;
  const loaded = await loadPretrained(folderOrHubId, { ...hub, fill: streamFrom(seed).fork('missing weights') });
  const own = wanted === undefined || typeof wanted === 'string';
  const engine = own ? (await openEngine(wanted)).engine : wanted;
  try {
    const model = createModel(loadModel(folderOrHubId, loaded, engine, placement));
    const notes = [...loaded.notes, ...model.notes];
    if (notes.length > 0) say(`${folderOrHubId}: ${notes.join('; ')}.`);
    const dispose = () => {
      model.dispose();
      if (own) engine.dispose();
    };
    return { ...model, ...saving(model), dispose };
  } catch (error) {
    if (own) engine.dispose();
    throw error;
  }
}
