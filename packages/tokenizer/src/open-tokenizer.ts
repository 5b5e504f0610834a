import { type NativeOptions, type NativeTokenizer, nativeTokenizer } from './native-tokenizer.ts';
import { parseVocabulary } from './parse-vocabulary.ts';
import { tokenizerJson } from './tokenizer-json.ts';
import { type SpecialIds, specialTokens, vocabularyFrom } from './vocabulary.ts';

/** Files of a tokenizer by name, as Hugging Face saves them. */
export type TokenizerFiles = Readonly<Record<string, Uint8Array>>;

/** A tokenizer and what its files say of its special tokens. */
export interface OpenTokenizer {
  readonly tokenizer: NativeTokenizer;
  /** Ids of tokens with a role; a tokenizer may lack some. */
  readonly special: Partial<SpecialIds>;
  /** The token that stands for a hidden one, such as `[MASK]`. */
  readonly maskToken?: string;
}

/** Key in the files, BERT's token, RoBERTa's token. */
const roles = {
  pad: ['pad_token', specialTokens[0], '<pad>'],
  unknown: ['unk_token', specialTokens[1], '<unk>'],
  classify: ['cls_token', specialTokens[2], '<s>'],
  separate: ['sep_token', specialTokens[3], '</s>'],
  mask: ['mask_token', specialTokens[4], '<mask>'],
} as const;
type Role = keyof typeof roles;

function json(files: TokenizerFiles, name: string): Record<string, unknown> {
  const bytes = files[name];
  if (!bytes) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('it holds no object');
  } catch (error) {
    throw new Error(`openTokenizer: ${name} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** A setting of tokenizer_config.json that must be true, false or absent. */
function flag(config: Record<string, unknown>, key: string): boolean | undefined {
  const value = config[key];
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  throw new Error(`openTokenizer: tokenizer_config.json: ${key} is ${JSON.stringify(value)}, expected true or false.`);
}

/** The token each role is said to have, where the files say so. */
function namedTokens(files: TokenizerFiles): Partial<Record<Role, string>> {
  const said = { ...json(files, 'special_tokens_map.json'), ...json(files, 'tokenizer_config.json') };
  const entries = Object.entries(roles).flatMap(([role, [key]]) => {
    // Written as itself or as { content: token }.
    const named = said[key] as string | { content?: string } | null | undefined;
    const token = typeof named === 'object' ? named?.content : named;
    return token === undefined ? [] : [[role, token]];
  });
  return Object.fromEntries(entries) as Partial<Record<Role, string>>;
}

/**
 * The `tokenizer.json` that a model's files mean: the file itself without padding and truncation, or one made of `vocab.txt` with BERT's rules.
 *
 * @throws {Error} naming the file that is missing or cannot be read
 */
export function tokenizerJsonOf(
  files: TokenizerFiles,
  where: string,
  named: Partial<Record<Role, string>> = namedTokens(files),
): string {
  // Padding is padEncodings' to do and the longest row the caller's to say: sentence encoders save files that pad everything to 128.
  if (files['tokenizer.json'])
    return JSON.stringify({ ...json(files, 'tokenizer.json'), padding: null, truncation: null });
  const lines = files['vocab.txt'];
  if (!lines)
    throw new Error(
      `${where} has neither tokenizer.json nor vocab.txt; save the tokenizer into it, in Python: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
    );
  const special = (Object.keys(roles) as Role[]).map((role) => named[role] ?? roles[role][1]);
  const vocabulary = vocabularyFrom(
    parseVocabulary(lines, `${where}/vocab.txt`),
    special as [string, string, string, string, string],
  );
  const config = json(files, 'tokenizer_config.json');
  return tokenizerJson(vocabulary, {
    lowercase: flag(config, 'do_lower_case') ?? true,
    stripAccents: flag(config, 'strip_accents'),
    tokenizeChineseChars: flag(config, 'tokenize_chinese_chars') ?? true,
  });
}

/**
 * Opens the tokenizer of a model's folder: `tokenizer.json`, or `vocab.txt` with BERT's rules.
 *
 * With `vocab.txt`, `tokenizer_config.json` decides as in transformers: `do_lower_case` (default true), `strip_accents` (default as
 * `do_lower_case`), `tokenize_chinese_chars` (default true), and the special tokens' spellings.
 *
 * @param files by name, as `loadPretrained` gives them @param where the folder, for messages
 * @throws {Error} naming the file that is missing or cannot be read
 * @throws {RangeError} listing what is wrong with a vocabulary
 */
export function openTokenizer(files: TokenizerFiles, where: string, options: NativeOptions = {}): OpenTokenizer {
  const named = namedTokens(files);
  const tokenizer = nativeTokenizer(tokenizerJsonOf(files, where, named), options);
  const special: Partial<Record<Role, number>> = {};
  let maskToken: string | undefined;
  for (const [role, [, ...usual]] of Object.entries(roles) as [Role, readonly [string, string, string]][]) {
    const said = named[role];
    const token = (said === undefined ? usual : [said]).find((name) => tokenizer.idOf(name) !== undefined);
    if (token === undefined) continue;
    special[role] = tokenizer.idOf(token) as number;
    if (role === 'mask') maskToken = token;
  }
  return { tokenizer, special, ...(maskToken !== undefined && { maskToken }) };
}
