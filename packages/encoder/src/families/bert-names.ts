import type { EncoderConfig } from '../config/encoder-config.ts';
import { storedLayers } from '../layers/stored-layers.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** Names of a language-model head's parts. */
export interface TokenHeadNames {
  readonly dense: string;
  readonly norm: string;
  readonly bias: string;
}

/** BERT's language-model head. */
export const bertTokenHead: TokenHeadNames = {
  dense: 'cls.predictions.transform.dense',
  norm: 'cls.predictions.transform.LayerNorm',
  bias: 'cls.predictions.bias',
};

/** Every parameter of a masked language model under Hugging Face's names for BERT and the families that follow it. */
export function bertNames(config: EncoderConfig, root: string, head: TokenHeadNames): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  plain('embeddings/tokenTable', `${root}.embeddings.word_embeddings.weight`);
  if (config.positionKind === 'absolute')
    plain('embeddings/positionTable', `${root}.embeddings.position_embeddings.weight`);
  if (config.segmentTypes > 0) plain('embeddings/segmentTable', `${root}.embeddings.token_type_embeddings.weight`);
  norm('embeddings/norm', `${root}.embeddings.LayerNorm`);
  if (config.embeddingWidth !== config.width) linear('embeddings/projection', `${root}.embeddings_project`);
  for (let i = 0; i < storedLayers(config); i++) {
    const [ours, theirs] = [`layers/${i}`, `${root}.encoder.layer.${i}`];
    const parts = config.attentionKind === 'random' ? ['value'] : ['query', 'key', 'value'];
    for (const part of parts) linear(`${ours}/attention/${part}`, `${theirs}.attention.self.${part}`);
    if (config.attentionKind === 'random') plain(`${ours}/attention/scores`, `${theirs}.attention.self.scores`);
    if (config.positionKind === 'relative')
      plain(`${ours}/attention/distances`, `${theirs}.attention.self.distance_embedding.weight`);
    linear(`${ours}/attention/output`, `${theirs}.attention.output.dense`);
    norm(`${ours}/attention/norm`, `${theirs}.attention.output.LayerNorm`);
    linear(`${ours}/feedForward/inner`, `${theirs}.intermediate.dense`);
    linear(`${ours}/feedForward/outer`, `${theirs}.output.dense`);
    norm(`${ours}/feedForward/norm`, `${theirs}.output.LayerNorm`);
  }
  if (config.normPlacement === 'pre') norm('finalNorm', `${root}.encoder.norm`);
  linear('languageModel/transform', head.dense);
  norm('languageModel/norm', head.norm);
  plain('languageModel/bias', head.bias);
  return pairs;
}
