import type { TokenizerClass } from './tokenizer-class.ts';
import { flag, isObject, type JsonObject, json, namedTokens, type TokenizerFiles } from './tokenizer-settings.ts';

/** Whether `tokenizer.json` is what a class makes: WordPiece of BERT's and RoFormer's, BPE over bytes of RoBERTa's. */
function fitsClass({ rules }: TokenizerClass, { model, pre_tokenizer: before, normalizer }: JsonObject): boolean {
  const type = isObject(model) ? model.type : undefined;
  if (rules === 'bert' || rules === 'roformer') return type === 'WordPiece';
  if (rules === 'sentencepiece') return type === 'Unigram';
  if (rules !== 'roberta') return true;
  return type === 'BPE' && isObject(before) && before.type === 'ByteLevel' && (normalizer ?? null) === null;
}

/** The class whose rules hold: that of a model's type gives way to a `tokenizer.json` of another kind, one that a file names does not. @throws {Error} for a file that is not what the named class makes */
export function asRead(
  asked: TokenizerClass,
  saved: JsonObject | undefined,
  notes: string[],
  where: string,
): TokenizerClass {
  if (!saved || fitsClass(asked, saved)) return asked;
  const type = isObject(saved.model) ? JSON.stringify(saved.model.type) : 'none';
  if (asked.isNamed)
    throw new Error(
      `${where}: tokenizer.json is not what the class ${asked.name} makes (its model is of kind ${type}); name the class PreTrainedTokenizerFast in tokenizer_config.json to have the file as it is.`,
    );
  notes.push(
    `no tokenizer class is named, and tokenizer.json is not what the model's own (${asked.name}) makes: it is read as it is`,
  );
  return { ...asked, rules: 'file' };
}

/** RoBERTa's bytes with the blank before a text that `tokenizer_config.json` says, whatever `tokenizer.json` has. */
export function withPrefixSpace(file: JsonObject, settings: JsonObject, notes: string[]): JsonObject {
  const [before, model] = [file.pre_tokenizer, file.model].map((part) => (isObject(part) ? part : {}));
  const space = flag(settings, 'add_prefix_space') ?? false;
  if (before?.add_prefix_space !== space)
    notes.push(
      `add_prefix_space is ${space} by tokenizer_config.json, ${before?.add_prefix_space} by tokenizer.json, which gives way`,
    );
  return { ...file, model: { ...model, dropout: null }, pre_tokenizer: { ...before, add_prefix_space: space } };
}

/** Parts of a pipeline of `tokenizer.json`, those of a sequence one by one. */
const partsIn = (part: unknown): readonly JsonObject[] =>
  !isObject(part) ? [] : Array.isArray(part.normalizers) ? part.normalizers.flatMap(partsIn) : [part];

/** ALBERT's or XLM-RoBERTa's rules with the options of `tokenizer_config.json`, as their classes make them anew; the table of characters is the file's. */
export function sentencepieceJson(file: JsonObject, { name }: TokenizerClass, settings: JsonObject): JsonObject {
  const table = partsIn(file.normalizer).filter(({ type }) => type === 'Precompiled');
  const isAlbert = name === 'AlbertTokenizer';
  const quotes = ['``', "''"].map((text) => ({ type: 'Replace', pattern: { String: text }, content: '"' }));
  const normalizers = isAlbert
    ? [
        ...quotes,
        ...((flag(settings, 'keep_accents') ?? false) ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
        ...((flag(settings, 'do_lower_case') ?? true) ? [{ type: 'Lowercase' }] : []),
        ...table,
      ]
    : table;
  const prepend_scheme = (flag(settings, 'add_prefix_space') ?? true) ? 'always' : 'never';
  const model = isObject(file.model) ? file.model : {};
  return {
    ...file,
    normalizer: normalizers.length > 0 ? { type: 'Sequence', normalizers } : null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', prepend_scheme, split: true },
      ],
    },
    model: { ...model, unk_id: isAlbert ? 1 : 3 },
  };
}

/** DeBERTa's rules with the options of `tokenizer_config.json`, as its class makes them anew; a table of characters is not used. */
export function debertaJson(file: JsonObject, settings: JsonObject): JsonObject {
  const model = isObject(file.model) ? file.model : {};
  const unknown = namedTokens(settings, {}).unknown ?? '[UNK]';
  const pieces: readonly unknown[] = Array.isArray(model.vocab) ? model.vocab : [];
  const found = pieces.findIndex((piece) => Array.isArray(piece) && piece[0] === unknown && piece[1] === 0);
  const isFirst = (flag(settings, 'add_prefix_space') ?? true) === false;
  return {
    ...file,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...((flag(settings, 'do_lower_case') ?? false) ? [{ type: 'Lowercase' }] : []),
        { type: 'Replace', pattern: { Regex: '\\s{2,}|[\\n\\r\\t]' }, content: ' ' },
        { type: 'NFC' },
        { type: 'Strip', strip_left: false, strip_right: true },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...((flag(settings, 'split_by_punct') ?? false) ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []),
        { type: 'Metaspace', replacement: '▁', prepend_scheme: isFirst ? 'first' : 'always', split: true },
      ],
    },
    model: { ...model, unk_id: found < 0 ? 1 : found },
  };
}

/** RoBERTa's rules over its two older files, as its class makes them. */
export function byteJson(files: TokenizerFiles, settings: JsonObject): JsonObject {
  const vocab = json(files, 'vocab.json');
  const merges = new TextDecoder()
    .decode(files['merges.txt'])
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#version'));
  const add_prefix_space = flag(settings, 'add_prefix_space') ?? false;
  const named = namedTokens(settings, {});
  const [sep, cls] = [named.separate ?? '</s>', named.classify ?? '<s>'];
  return {
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex: true },
    post_processor: {
      type: 'RobertaProcessing',
      ...{ sep: [sep, vocab[sep]], cls: [cls, vocab[cls]], trim_offsets: true, add_prefix_space },
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '' },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges },
    },
  };
}
