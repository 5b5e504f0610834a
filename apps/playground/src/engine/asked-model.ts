import { pretrainedFiles } from '@cloze/encoder';
import type { Explanation, Model } from '@cloze/models';
import type { AttentionOfText, Filled, ModelFacts, ScoredTokens } from './messages.ts';
import { zipped } from './model-zip.ts';

/** A model as the page asks it, wherever its weights are. */
export interface AskedModel {
  readonly facts: ModelFacts;
  fill(text: string): Promise<readonly Filled[]>;
  score(text: string): Promise<ScoredTokens>;
  attention(text: string): Promise<AttentionOfText>;
  explain(text: string): Promise<Explanation>;
  /** Its files as Hugging Face lays them out, in a .zip. */
  save(): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/** A model whose weights the packages hold. */
export function askedModel(model: Model): AskedModel {
  const { name, family, config, loaded, notes } = model;
  return {
    facts: {
      ...{ name, family, layers: config.layers, width: config.width, heads: config.heads },
      ...{ vocabulary: config.vocabularySize, notes: [...loaded.notes, ...notes] },
    },
    fill: (text) => model.fillMasks(text, { top: 5 }),
    score: async (text) => {
      const [scored] = await model.score([text]);
      if (!scored) throw new Error('There is no text to score.');
      return scored;
    },
    attention: async (text) => {
      const attention = Array.from({ length: config.layers }, (_, block) => block + 1);
      for await (const { tokens, truncated, attention: blocks } of model.encodeTexts([text], { layers: [], attention }))
        return {
          ...{ tokens, truncated },
          blocks: blocks.map(({ shape, values }) => ({ heads: shape[0] as number, values: Float32Array.from(values) })),
        };
      throw new Error('There is no text to look at.');
    },
    explain: (text) => model.explain(text),
    save: async () => zipped(pretrainedFiles(loaded)),
    dispose: async () => model.dispose(),
  };
}
