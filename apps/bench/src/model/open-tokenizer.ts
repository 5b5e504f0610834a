import { type NativeTokenizer, nativeTokenizer, tokenizerJson, vocabularyFrom } from '@cloze/tokenizer';

/** Ids of tokens with a role; a tokenizer may lack some. */
export interface RoleIds {
  readonly pad?: number;
  readonly unknown?: number;
  readonly classify?: number;
  readonly separate?: number;
  readonly mask?: number;
}

/** A tokenizer and what its folder says of its special tokens. */
export interface OpenTokenizer {
  readonly tokenizer: NativeTokenizer;
  readonly special: RoleIds;
  /** The token that stands for a hidden one, such as `[MASK]`. */
  readonly maskToken?: string;
}

const roles = {
  pad: ['pad_token', '[PAD]', '<pad>'],
  unknown: ['unk_token', '[UNK]', '<unk>'],
  classify: ['cls_token', '[CLS]', '<s>'],
  separate: ['sep_token', '[SEP]', '</s>'],
  mask: ['mask_token', '[MASK]', '<mask>'],
} as const;

type Files = Readonly<Record<string, Uint8Array>>;

function json(files: Files, name: string): Record<string, unknown> {
  const bytes = files[name];
  if (!bytes) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Padding is ours to do, and the longest row is the model's to say: sentence encoders save files that pad everything to 128. */
function tokenizerFile(files: Files, where: string): string {
  if (files['tokenizer.json'])
    return JSON.stringify({ ...json(files, 'tokenizer.json'), padding: null, truncation: null });
  const vocabulary = files['vocab.txt'];
  if (!vocabulary)
    throw new Error(
      `${where} has neither tokenizer.json nor vocab.txt. Save the tokenizer into it: AutoTokenizer.from_pretrained(…).save_pretrained(folder).`,
    );
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(vocabulary).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const lowercase = json(files, 'tokenizer_config.json').do_lower_case !== false;
  return tokenizerJson(vocabularyFrom(lines), { lowercase });
}

/**
 * Opens the tokenizer of a model's folder: `tokenizer.json`, or `vocab.txt` with BERT's rules (`do_lower_case` of `tokenizer_config.json` counts).
 *
 * @param files by name, as `loadPretrained` gives them @param where the folder, for messages
 * @param maximumLength longest row, special tokens included
 * @throws {Error} when there is neither file, or one cannot be read
 */
export function openTokenizer(files: Files, where: string, maximumLength: number): OpenTokenizer {
  const tokenizer = nativeTokenizer(tokenizerFile(files, where), { maximumLength });
  const said = { ...json(files, 'special_tokens_map.json'), ...json(files, 'tokenizer_config.json') };
  const special: Record<string, number> = {};
  let maskToken: string | undefined;
  for (const [role, [key, ...usual]] of Object.entries(roles)) {
    // A token is written as itself or as { content: token }.
    const named = said[key] as string | { content?: string } | null | undefined;
    const token = typeof named === 'object' ? named?.content : named;
    for (const name of token === undefined ? usual : [token]) {
      const id = tokenizer.idOf(name);
      if (id === undefined || special[role] !== undefined) continue;
      special[role] = id;
      if (role === 'mask') maskToken = name;
    }
  }
  return { tokenizer, special, ...(maskToken !== undefined && { maskToken }) };
}
