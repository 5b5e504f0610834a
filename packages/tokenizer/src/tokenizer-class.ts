/** The rules of a tokenizer: BERT's (WordPiece), RoFormer's (jieba's words before WordPiece), RoBERTa's (bytes), a sentencepiece model's, or whatever `tokenizer.json` holds. */
export type TokenizerRules = 'bert' | 'roformer' | 'roberta' | 'sentencepiece' | 'file';

/** transformers' classes of tokenizers, without `Fast`, by the rules they have. */
const rulesOfClass: Readonly<Record<string, TokenizerRules>> = {
  BertTokenizer: 'bert',
  ElectraTokenizer: 'bert',
  DistilBertTokenizer: 'bert',
  ConvBertTokenizer: 'bert',
  MobileBertTokenizer: 'bert',
  RoFormerTokenizer: 'roformer',
  RobertaTokenizer: 'roberta',
  XLMRobertaTokenizer: 'sentencepiece',
  AlbertTokenizer: 'sentencepiece',
  CamembertTokenizer: 'file',
  PreTrainedTokenizer: 'file',
  TokenizersBackend: 'file',
  GPT2Tokenizer: 'file',
  BartTokenizer: 'file',
  MPNetTokenizer: 'file',
  DebertaV2Tokenizer: 'sentencepiece',
};

/** The class that transformers takes for a `model_type` whose files name none. */
const classOfModelType: Readonly<Record<string, string>> = {
  bert: 'BertTokenizer',
  electra: 'BertTokenizer',
  roberta: 'RobertaTokenizer',
  'xlm-roberta': 'XLMRobertaTokenizer',
  albert: 'AlbertTokenizer',
  roformer: 'RoFormerTokenizer',
  modernbert: 'TokenizersBackend',
  distilbert: 'BertTokenizer',
  'deberta-v2': 'DebertaV2Tokenizer',
  neobert: 'BertTokenizer',
  mpnet: 'MPNetTokenizer',
};

/** The class and rules of a tokenizer's files. */
export interface TokenizerClass {
  readonly name: string;
  /** Whether a file names the class; else it follows from the model's type. */
  readonly isNamed: boolean;
  readonly rules: TokenizerRules;
}

/**
 * Which rules a tokenizer has: by the class that `tokenizer_config.json` or `config.json` names, else by the model's type, else by its files.
 *
 * @throws {Error} naming a class that is not implemented here
 */
export function tokenizerClass(
  settings: Readonly<Record<string, unknown>>,
  model: Readonly<Record<string, unknown>>,
  { hasJson, hasVocabulary }: { readonly hasJson: boolean; readonly hasVocabulary: boolean },
  where: string,
): TokenizerClass {
  const named = settings.tokenizer_class ?? model.tokenizer_class ?? undefined;
  if (named !== undefined && typeof named !== 'string')
    throw new Error(`${where}: tokenizer_class is ${JSON.stringify(named)}, expected a name.`);
  const byType = typeof model.model_type === 'string' ? classOfModelType[model.model_type] : undefined;
  const name = (named ?? byType ?? (hasJson ? 'TokenizersBackend' : 'BertTokenizer')).replace(/Fast$/, '');
  const rules = Object.hasOwn(rulesOfClass, name) ? rulesOfClass[name] : undefined;
  const isSaved = hasJson && named?.endsWith('Fast');
  if (rules === undefined && !isSaved)
    throw new Error(
      `${where}: the tokenizer's class is ${named}, which is not implemented here (${Object.keys(rulesOfClass).join(', ')} are); save it as tokenizer.json with PreTrainedTokenizerFast, in Python.`,
    );
  // A vocab.txt beside a model of another kind of tokenizer (an ALBERT of Chinese characters) is WordPiece's; so are files that name no class.
  const byFiles = !hasJson && hasVocabulary && named === undefined && rules !== 'roformer';
  return { name, isNamed: named !== undefined, rules: byFiles ? 'bert' : (rules ?? 'file') };
}
