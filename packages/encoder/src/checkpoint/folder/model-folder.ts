/** Names of what stands in a model's folder, as Hugging Face, sentence-transformers, Google and we lay it out. */
const ofModel = [
  /^[\w.-]*config[\w.-]*\.json$/,
  /^(tokenizer|special_tokens_map|added_tokens|vocab|modules)\.json$/,
  /^(vocab|merges)\.txt$/,
  /^[\w.]+\.model$/,
  /^model[\w-]*\.(safetensors|onnx)(\.index\.json)?$/,
  /^pytorch_model[\w-]*\.bin(\.index\.json)?$/,
  /^(checkpoint|[\w.-]+\.(index|meta|data-\d+-of-\d+))$/,
  /^\d+_\w+$/,
  /^(README\.md|onnx|\.DS_Store)$/,
];

/** Names in a folder that are no part of a model: a save that replaces the folder would lose them. */
export const strangersIn = (names: readonly string[]): string[] =>
  names.filter((name) => !ofModel.some((pattern) => pattern.test(name))).sort();
