import { anything, checkOptions } from '@cloze/checks';
import { type AddedToken, addedTokensOf, withIds } from './added-tokens.ts';
import { asRead, byteJson, debertaJson, sentencepieceJson, withPrefixSpace } from './class-rules.ts';
import { jiebaParter, wordSeparator } from './jieba-text.ts';
import { tokenizerJsonProblems } from './judge-tokenizer-json.ts';
import { type NativeOptions, type NativeTokenizer, nativeOver, nativeRules } from './native-tokenizer.ts';
import { parseVocabulary } from './parse-vocabulary.ts';
import { type TokenizerClass, tokenizerClass } from './tokenizer-class.ts';
import { tokenizerParts } from './tokenizer-json.ts';
import { keyProblems } from './tokenizer-keys.ts';
import {
  flag,
  isObject,
  type JsonObject,
  json,
  namedTokens,
  type Role,
  roleNames,
  roles,
  sure,
  type TokenizerFiles,
} from './tokenizer-settings.ts';
import type { SpecialIds } from './vocabulary.ts';
import { vocabularyOfLines, vocabularyOfModel } from './vocabulary-of-files.ts';

/** A tokenizer and what its files say of its special tokens. */
export interface OpenTokenizer {
  readonly tokenizer: NativeTokenizer;
  /** Ids of tokens with a role; a tokenizer may lack some. */
  readonly special: Partial<SpecialIds>;
  /** The token that stands for a hidden one, such as `[MASK]`. */
  readonly maskToken?: string;
  /** What is odd in the files and was read nevertheless, a sentence part each: blank lines of `vocab.txt`, say. */
  readonly notes: readonly string[];
}

/** How a tokenizer's files are opened. */
export interface OpenTokenizerOptions extends NativeOptions {
  /** The model's `config.json`: its `tokenizer_class` and `model_type` say which rules hold where the tokenizer's own files name no class. */
  readonly modelConfig?: Readonly<Record<string, unknown>> | undefined;
  /** Lower-case every text first, whatever the files say; default false. */
  readonly lowercase?: boolean | undefined;
}

/** A tokenizer's files, understood. */
interface ReadTokenizer {
  readonly json: JsonObject;
  readonly named: Partial<Record<Role, string>>;
  readonly kind: TokenizerClass;
  readonly ids: ReadonlyMap<string, number>;
  readonly added: readonly AddedToken[];
  readonly notes: readonly string[];
  readonly settings: JsonObject;
}

/** BERT's special tokens, or what the files call them. */
const bertTokens = (named: Partial<Record<Role, string>>) =>
  Object.fromEntries(roleNames.map((role) => [role, named[role] ?? roles[role][1]])) as Record<Role, string>;

/** Reads all files of a tokenizer. @throws {Error} for what is missing, contradicts itself or is not implemented */
function readTokenizer(
  files: TokenizerFiles,
  where: string,
  { modelConfig = {}, lowercase = false }: Pick<OpenTokenizerOptions, 'modelConfig' | 'lowercase'>,
): ReadTokenizer {
  const settings = json(files, 'tokenizer_config.json');
  const map = json(files, 'special_tokens_map.json');
  const [hasJson, lines] = [files['tokenizer.json'] !== undefined, files['vocab.txt']];
  const asked = tokenizerClass(settings, modelConfig, { hasJson, hasVocabulary: lines !== undefined }, where);
  const notes: string[] = [];
  const saved = hasJson ? json(files, 'tokenizer.json') : undefined;
  const kind = asRead(asked, saved, notes, where);
  const problems = [...keyProblems(settings, 'tokenizer_config.json'), ...keyProblems(map, 'special_tokens_map.json')];
  if (problems.length > 0) throw new Error(`${where}: ${problems.join('; ')}.`);
  const isBert = kind.rules === 'bert' || kind.rules === 'roformer';
  const hasBytes = kind.rules === 'roberta' && files['vocab.json'] !== undefined && files['merges.txt'] !== undefined;
  const [binary] = Object.keys(files).filter((name) => name.endsWith('.model'));
  if (!hasJson && !(isBert && lines) && !hasBytes && binary !== undefined)
    throw new Error(
      `${where} has its tokenizer as ${binary} alone, a sentencepiece model, which is not read here; save it as tokenizer.json into the folder, in Python: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
    );
  if (!hasJson && !(isBert && lines) && !hasBytes)
    throw new Error(
      `${where} has ${lines ? `no tokenizer.json, which a ${kind.name} is read from` : `neither tokenizer.json nor ${kind.rules === 'roberta' ? 'vocab.json and merges.txt' : 'vocab.txt'}`}; save the tokenizer into it, in Python: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
    );
  const unnamed = isBert
    ? roleNames.map((role) => roles[role][0]).filter((key) => settings[key] === null || map[key] === null)
    : [];
  if (unnamed.length > 0)
    throw new Error(`${where}: ${unnamed.join(', ')} is null; name the token, or leave the key out for BERT's.`);
  const named = namedTokens(settings, map);
  const file = saved ? saved : hasBytes ? byteJson(files, settings) : {};
  const base =
    kind.rules === 'roberta'
      ? withPrefixSpace(file, settings, notes)
      : kind.rules === 'sentencepiece'
        ? kind.name === 'DebertaV2Tokenizer'
          ? debertaJson(file, settings)
          : sentencepieceJson(file, kind, settings)
        : file;
  const vocabulary =
    lines && !hasJson
      ? vocabularyOfLines(parseVocabulary(lines, `${where}/vocab.txt`), notes)
      : vocabularyOfModel(base.model);
  const defaults = isBert
    ? Object.fromEntries(
        roleNames
          .filter((role) => !hasJson || vocabulary.has(roles[role][1]))
          .map((role) => [roles[role][0], roles[role][1]]),
      )
    : kind.rules === 'roberta'
      ? {
          bos_token: '<s>',
          eos_token: '</s>',
          ...Object.fromEntries(roleNames.map((role) => [roles[role][0], roles[role][2]])),
        }
      : {};
  const inJson = Array.isArray(file.added_tokens) ? file.added_tokens : [];
  const sources = { settings, map, added: json(files, 'added_tokens.json'), inJson };
  const { tokens, said } = addedTokensOf(sources, defaults, where);
  const used = bertTokens(named);
  if (isBert) {
    const own = new Set([...vocabulary.keys(), ...said.keys()]);
    // A file that was saved may do without padding or a mask; what stands around a text must be there.
    const needed = hasJson ? (['unknown', 'classify', 'separate'] as const) : roleNames;
    const missing = needed.filter((role) => !own.has(used[role])).map((role) => `'${used[role]}' is missing`);
    if (missing.length > 0) throw new RangeError(`${where}: the vocabulary: ${missing.join('; ')}.`);
  }
  const added = withIds(tokens, vocabulary, said, where);
  const ids = new Map([...vocabulary, ...added.map(({ content, id }) => [content, id] as const)]);
  const parts = isBert
    ? tokenizerParts(
        { vocab: hasJson ? vocabularyOfModel(base.model) : vocabulary, ids, special: used },
        {
          lowercase: sure(settings, 'do_lower_case') ?? true,
          stripAccents: flag(settings, 'strip_accents'),
          tokenizeChineseChars: kind.rules === 'bert' && (sure(settings, 'tokenize_chinese_chars') ?? true),
        },
      )
    : { model: base.model };
  // Padding is padEncodings' to do and the longest row the caller's to say: sentence encoders save files that pad everything to 128.
  const whole: JsonObject = { version: '1.0', ...base, ...parts, added_tokens: added, padding: null, truncation: null };
  const normalizer = isObject(whole.normalizer) ? [whole.normalizer] : [];
  return {
    ...{ named, kind, ids, added, notes, settings },
    json: lowercase
      ? { ...whole, normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, ...normalizer] } }
      : whole,
  };
}

/** The text of a read tokenizer's `tokenizer.json`, judged. @throws {Error} for what the native code would not survive */
function judged({ json: file, ids }: ReadTokenizer, where: string): string {
  const problems = tokenizerJsonProblems(file, ids);
  if (problems.length > 0)
    throw new Error(
      `${where}: tokenizer.json: ${problems.slice(0, 10).join('; ')}${problems.length > 10 ? `; and ${problems.length - 10} more` : ''}.`,
    );
  return JSON.stringify(file);
}

/**
 * The `tokenizer.json` that a model's files mean together: what transformers makes of them, without padding and truncation.
 *
 * RoFormer's words are cut by jieba before these rules; a file cannot say that, as transformers' own does not.
 *
 * @throws {Error} naming the file that is missing, cannot be read, or asks for what is not implemented
 */
export function tokenizerJsonOf(
  files: TokenizerFiles,
  where: string,
  options: Pick<OpenTokenizerOptions, 'modelConfig' | 'lowercase'> = {},
): string {
  checkOptions('tokenizerJsonOf', options, { modelConfig: anything, lowercase: anything });
  return judged(readTokenizer(files, where, options), where);
}

/**
 * Opens the tokenizer of a model's folder, as transformers reads its files: `tokenizer.json` or `vocab.txt`, with the class, the normaliser's
 * options (`do_lower_case`, `strip_accents`, `tokenize_chinese_chars`, `add_prefix_space`) and the special tokens of `tokenizer_config.json`,
 * and added tokens of all four places that may have them.
 *
 * A class of BERT's has the options of `tokenizer_config.json` even where `tokenizer.json` has others; RoFormer's cuts words by jieba first.
 *
 * @param files by name, as `loadPretrained` gives them @param where the folder, for messages
 * @throws {Error} naming the file that is missing or cannot be read, a class or a setting that is not implemented, added tokens whose ids
 * contradict the vocabulary, and a `tokenizer.json` that the native code would not survive
 * @throws {RangeError} listing what is wrong with a vocabulary
 */
export function openTokenizer(files: TokenizerFiles, where: string, options: OpenTokenizerOptions = {}): OpenTokenizer {
  checkOptions('openTokenizer', options, { ...nativeRules, modelConfig: anything, lowercase: anything });
  const { modelConfig, lowercase, ...native } = options;
  const read = readTokenizer(files, where, { modelConfig, lowercase });
  const { named, kind, ids, added, settings, notes } = read;
  const isJieba = kind.rules === 'roformer';
  const largest = [...ids.values()].reduce((most, id) => Math.max(most, id), -1);
  const text = judged(isJieba ? { ...read, json: partedJson(read.json) } : read, where);
  const side = sideOf(settings, where);
  const tokenizer = nativeOver(
    text,
    { ...(side && { truncationSide: side }), ...native },
    {
      ids: largest + 1,
      ...(isJieba && {
        part: jiebaParter(
          ids,
          added.map(({ content }) => content),
          {
            lowercase: lowercase || (flag(settings, 'do_lower_case') ?? true),
            stripAccents: flag(settings, 'strip_accents'),
          },
        ),
      }),
    },
  );
  const special: Partial<Record<Role, number>> = {};
  let maskToken: string | undefined;
  for (const role of roleNames) {
    const [, ...usual] = roles[role];
    const said = named[role];
    const token = (said === undefined ? usual : [said]).find((name) => tokenizer.idOf(name) !== undefined);
    if (token === undefined) continue;
    special[role] = tokenizer.idOf(token) as number;
    if (role === 'mask') maskToken = token;
  }
  return { tokenizer, special, ...(maskToken !== undefined && { maskToken }), notes };
}

/** Which end of a text the files say is cut, where a length is given. */
function sideOf({ truncation_side: side }: JsonObject, where: string): 'left' | 'right' | undefined {
  if (side === undefined || side === null) return undefined;
  if (side === 'left' || side === 'right') return side;
  throw new Error(
    `${where}: tokenizer_config.json: truncation_side is ${JSON.stringify(side)}, expected left or right.`,
  );
}

/** The rules for texts that are normalised and parted already. */
const partedJson = (file: JsonObject): JsonObject => ({
  ...file,
  normalizer: null,
  pre_tokenizer: { type: 'Split', pattern: { String: wordSeparator }, behavior: 'Removed', invert: false },
});
