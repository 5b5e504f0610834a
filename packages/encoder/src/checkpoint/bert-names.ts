/** One of our paths, Hugging Face's name for it, and whether the matrix is stored the other way round there. */
export interface NamePair {
  readonly ours: string;
  readonly theirs: string;
  readonly transposed: boolean;
}

/** Every parameter of a masked language model of `layers` layers under Hugging Face's BERT names. PyTorch's linear weights are `[out, in]`. */
export function bertNames(layers: number): NamePair[] {
  const pairs: NamePair[] = [];
  const plain = (ours: string, theirs: string) => pairs.push({ ours, theirs, transposed: false });
  const linear = (ours: string, theirs: string) => {
    pairs.push({ ours: `${ours}/kernel`, theirs: `${theirs}.weight`, transposed: true });
    plain(`${ours}/bias`, `${theirs}.bias`);
  };
  const norm = (ours: string, theirs: string) => {
    plain(`${ours}/scale`, `${theirs}.weight`);
    plain(`${ours}/offset`, `${theirs}.bias`);
  };
  const tables = { words: 'word_embeddings', positions: 'position_embeddings', segments: 'token_type_embeddings' };
  for (const [ours, theirs] of Object.entries(tables)) plain(`embeddings/${ours}`, `bert.embeddings.${theirs}.weight`);
  norm('embeddings/norm', 'bert.embeddings.LayerNorm');
  for (let i = 0; i < layers; i++) {
    const [ours, theirs] = [`layers/${i}`, `bert.encoder.layer.${i}`];
    for (const part of ['query', 'key', 'value'])
      linear(`${ours}/attention/${part}`, `${theirs}.attention.self.${part}`);
    linear(`${ours}/attention/output`, `${theirs}.attention.output.dense`);
    norm(`${ours}/attention/norm`, `${theirs}.attention.output.LayerNorm`);
    linear(`${ours}/feedForward/inner`, `${theirs}.intermediate.dense`);
    linear(`${ours}/feedForward/outer`, `${theirs}.output.dense`);
    norm(`${ours}/feedForward/norm`, `${theirs}.output.LayerNorm`);
  }
  linear('languageModel/transform', 'cls.predictions.transform.dense');
  norm('languageModel/norm', 'cls.predictions.transform.LayerNorm');
  plain('languageModel/bias', 'cls.predictions.bias');
  return pairs;
}
