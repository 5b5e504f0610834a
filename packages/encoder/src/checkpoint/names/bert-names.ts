import type { EncoderConfig } from '../../config/encoder-config.ts';
import type { ModelFamily } from './model-names.ts';
import { type NamePair, namePairs } from './name-pairs.ts';

/** The language-model head's names: `[dense, norm, bias, output]`. */
const heads: Readonly<Record<string, readonly [string, string, string, string]>> = {
  roberta: ['lm_head.dense', 'lm_head.layer_norm', 'lm_head.bias', 'lm_head.decoder.weight'],
  electra: [
    'generator_predictions.dense',
    'generator_predictions.LayerNorm',
    'generator_lm_head.bias',
    'generator_lm_head.weight',
  ],
};
const bertHead = [
  'cls.predictions.transform.dense',
  'cls.predictions.transform.LayerNorm',
  'cls.predictions.bias',
  'cls.predictions.decoder.weight',
] as const;

/** Every parameter of a masked language model under Hugging Face's names for BERT and the families that follow it. */
export function bertNames(config: EncoderConfig, family: Exclude<ModelFamily, 'albert'> = 'bert'): NamePair[] {
  const { pairs, plain, linear, norm } = namePairs();
  const root = family === 'tta' ? 'bert' : family;
  plain('embeddings/tokenTable', `${root}.embeddings.word_embeddings.weight`);
  if (config.positionKind === 'absolute')
    plain('embeddings/positionTable', `${root}.embeddings.position_embeddings.weight`);
  plain('embeddings/segmentTable', `${root}.embeddings.token_type_embeddings.weight`);
  norm('embeddings/norm', `${root}.embeddings.LayerNorm`);
  if (config.embeddingWidth !== config.width) linear('embeddings/projection', `${root}.embeddings_project`);
  const stored = config.sharedLayers ? 1 : config.layers;
  for (let i = 0; i < stored; i++) {
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
  const [dense, layerNorm, bias] = heads[family] ?? bertHead;
  linear('languageModel/transform', dense);
  norm('languageModel/norm', layerNorm);
  plain('languageModel/bias', bias);
  return pairs;
}

/** Where an output matrix of its own would be. */
export function outputName(family: ModelFamily): string {
  if (family === 'albert') return 'predictions.decoder.weight';
  return (heads[family] ?? bertHead)[3];
}
