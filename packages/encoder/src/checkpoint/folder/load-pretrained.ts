import { anything, checkOptions, flag } from '@cloze/checks';
import { type LoadedPretrained, type LoadSourceOptions, loadSource } from '../source/load-source.ts';
import { fetchFolder, type HubOptions, hubRules } from './fetch-folder.ts';
import { folderSource } from './folder-source.ts';
import { recoverFolder } from './save-pretrained.ts';

/** How to load, and where a hub id is looked up. */
export interface LoadOptions extends HubOptions, LoadSourceOptions {}

/**
 * Opens a folder as Hugging Face lays it out, or a hub id: `config.json` (or Google's `bert_config.json`, or the one config there is), weights, tokenizer files, what
 * sentence-transformers adds.
 *
 * A name that is a folder here is never looked up on the network.
 *
 * @throws {CheckpointError} naming the file, and every tensor that is missing or of the wrong shape
 */
export async function loadPretrained(folderOrId: string, options: LoadOptions = {}): Promise<LoadedPretrained> {
  checkOptions('loadPretrained', options, {
    ...hubRules,
    fill: anything,
    ignoreMismatched: flag,
    strict: flag,
  });
  const { fill, ignoreMismatched, strict, ...hub } = options;
  const recovered = await recoverFolder(folderOrId);
  const folder = await fetchFolder(folderOrId, hub);
  const loaded = await loadSource(folderSource(folder), {
    ...(fill && { fill }),
    ...(ignoreMismatched !== undefined && { ignoreMismatched }),
    ...(strict !== undefined && { strict }),
  });
  if (!recovered) return loaded;
  return {
    ...loaded,
    notes: ['a save was ended before it was whole; this is the model from before it', ...loaded.notes],
  };
}
