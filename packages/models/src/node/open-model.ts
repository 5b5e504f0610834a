import type { Engine, EngineName } from '@cloze/backend';
import { address, anything, callable, checkOptions, flag, text, whole } from '@cloze/checks';
import { type HubOptions, loadPretrained } from '@cloze/encoder/node';
import type { Model } from '../model/model.ts';
import { fillOf, type OpeningOptions, opened, specialInTextRule } from '../model/open-model.ts';
import { openEngine } from './open-engine.ts';
import { type Saveable, saving } from './save-model.ts';

/** How a model is opened. */
export interface OpenModelOptions extends HubOptions, OpeningOptions {
  /** An engine that is open already (it stays open), or the name of one; default the best that works. */
  readonly engine?: Engine | EngineName | undefined;
}

/** A model that can be saved. */
export interface OpenedModel extends Model, Saveable {}

/**
 * Opens a folder as Hugging Face lays it out, or a hub id, with its tokenizer, on an engine.
 *
 * @throws {CheckpointError} for a file that is torn, hostile or does not fit; {Error} for a tokenizer that is absent or of another model
 */
export async function openModel(folderOrHubId: string, options: OpenModelOptions = {}): Promise<OpenedModel> {
  checkOptions('openModel', options, {
    engine: anything,
    seed: whole(),
    say: callable,
    placement: anything,
    specialInText: specialInTextRule,
    hubUrl: address,
    revision: text,
    cacheFolder: text,
    accessToken: text,
    offline: flag,
  });
  const { engine: wanted, seed, placement, say, specialInText, ...hub } = options;
  const opening: OpeningOptions = {
    ...(seed !== undefined && { seed }),
    ...(placement && { placement }),
    ...(say && { say }),
    ...(specialInText && { specialInText }),
  };
  const loaded = await loadPretrained(folderOrHubId, { ...hub, fill: fillOf(opening) });
  const own = wanted === undefined || typeof wanted === 'string';
  const engine = own ? (await openEngine(wanted)).engine : wanted;
  try {
    const model = opened(folderOrHubId, loaded, engine, opening);
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
