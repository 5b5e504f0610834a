import { specialTokens } from './vocabulary.ts';

/** Files of a tokenizer by name, as Hugging Face saves them. */
export type TokenizerFiles = Readonly<Record<string, Uint8Array>>;

/** Key in the files, BERT's token, RoBERTa's token. */
export const roles = {
  pad: ['pad_token', specialTokens[0], '<pad>'],
  unknown: ['unk_token', specialTokens[1], '<unk>'],
  classify: ['cls_token', specialTokens[2], '<s>'],
  separate: ['sep_token', specialTokens[3], '</s>'],
  mask: ['mask_token', specialTokens[4], '<mask>'],
} as const;
/** What a special token is for. */
export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

/** What a file of JSON holds. */
export type JsonObject = Record<string, unknown>;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function json(files: TokenizerFiles, name: string): JsonObject {
  const bytes = files[name];
  if (!bytes) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
    throw new SyntaxError('it holds no object');
  } catch (error) {
    throw new Error(`openTokenizer: ${name} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** A setting of tokenizer_config.json that must be true, false or absent. */
export function flag(config: JsonObject, key: string): boolean | undefined {
  const value = config[key];
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  throw new Error(`openTokenizer: tokenizer_config.json: ${key} is ${JSON.stringify(value)}, expected true or false.`);
}

/** One that transformers refuses as null too. */
export function sure(config: JsonObject, key: string): boolean | undefined {
  if (config[key] !== null) return flag(config, key);
  throw new Error(`openTokenizer: tokenizer_config.json: ${key} is null, expected true or false.`);
}

/** The token each role is said to have, where the files say so: by `special_tokens_map.json` first, unless `tokenizer_config.json` lists all added tokens and stands alone. */
export function namedTokens(settings: JsonObject, map: JsonObject): Partial<Record<Role, string>> {
  const isAlone = (settings.added_tokens_decoder ?? null) !== null;
  const said: JsonObject = isAlone ? settings : { ...settings, ...map };
  const entries = roleNames.flatMap((role) => {
    const [key] = roles[role];
    // Written as itself or as { content: token }.
    const named = said[key] as string | { content?: string } | null | undefined;
    const token = typeof named === 'object' ? named?.content : named;
    return token === undefined ? [] : [[role, token]];
  });
  return Object.fromEntries(entries) as Partial<Record<Role, string>>;
}
