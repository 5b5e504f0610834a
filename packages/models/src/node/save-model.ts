import { type SaveOptions, savePretrained } from '@cloze/encoder/node';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type ModelCard, modelCard } from '../model/model-card.ts';

/** A model that can be saved into a folder. */
export interface Saveable {
  /**
   * Saves it as Hugging Face lays it out: `config.json` with `id2label`, weights, the tokenizer's files, a model card; all or nothing.
   *
   * @param folder replaced if it is there
   */
  save(folder: string, options?: SaveOptions): Promise<void>;
}

/** The method that saves a model. @param card how it came about; default none is written */
export const saving = ({ loaded }: Pick<LoadedModel, 'loaded'>, card?: ModelCard): Saveable => ({
  save: (folder, options = {}) =>
    savePretrained(folder, loaded, {
      ...options,
      ...(card && { otherFiles: { 'README.md': new TextEncoder().encode(modelCard(card)) } }),
    }),
});
