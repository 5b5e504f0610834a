/** A token that is found in a text before the text is cut into pieces, as `tokenizer.json` writes it. */
export interface AddedToken {
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A token written as itself or as an object; undefined for anything else. */
function tokenFrom(value: unknown, special?: boolean): AddedToken | undefined {
  const source: JsonObject | undefined =
    typeof value === 'string' ? { content: value } : isObject(value) ? value : undefined;
  if (!source || typeof source.content !== 'string') return undefined;
  const isSpecial = special ?? source.special === true;
  const flag = (key: string) => source[key] === true;
  return {
    content: source.content,
    single_word: flag('single_word'),
    lstrip: flag('lstrip'),
    rstrip: flag('rstrip'),
    normalized: typeof source.normalized === 'boolean' ? source.normalized : !isSpecial,
    special: isSpecial,
  };
}

/** Keys of tokens with a role. */
const roleKeys = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** The four files that may name added tokens, parsed. */
export interface AddedTokenFiles {
  /** `tokenizer_config.json` */
  readonly settings: JsonObject;
  /** `special_tokens_map.json` */
  readonly map: JsonObject;
  /** `added_tokens.json` */
  readonly added: JsonObject;
  /** `added_tokens` of `tokenizer.json`. */
  readonly inJson: readonly unknown[];
}

/** The tokens of a list of extra ones, which may be a list or named one by one. */
const extras = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

/**
 * The added tokens of all four places, in the order in which transformers adds them, and the ids the files say.
 *
 * `added_tokens_decoder` of `tokenizer_config.json` stands for all, where it is there; else `tokenizer.json`, `added_tokens.json` and
 * `special_tokens_map.json` count together. Tokens with a role and extra special ones are added where they lack.
 *
 * @param defaults tokens with a role that the class has where the files name none
 * @throws {Error} for an entry that is no token
 */
export function addedTokensOf(
  { settings, map, added, inJson }: AddedTokenFiles,
  defaults: Readonly<Record<string, string>>,
  where: string,
): { readonly tokens: readonly AddedToken[]; readonly said: ReadonlyMap<string, number> } {
  const tokens = new Map<string, AddedToken>();
  const said = new Map<string, number>();
  const need = (value: unknown, special: boolean | undefined, file: string): AddedToken => {
    const token = tokenFrom(value, special);
    if (!token || token.content === '')
      throw new Error(`${where}: ${file} has ${JSON.stringify(value)?.slice(0, 100)} where a token belongs.`);
    return token;
  };
  const decoder = settings.added_tokens_decoder;
  const isComplete = decoder !== undefined && decoder !== null;
  const merged: JsonObject = isComplete ? settings : { ...settings, ...map };
  const roles = roleKeys.flatMap((key) => {
    const value = merged[key] ?? settings[key] ?? defaults[key];
    return value === undefined || value === null ? [] : [need(value, true, key)];
  });
  // `extra_special_tokens` is today's name; tokens of a model's own are `image_token` and the like.
  const more = [
    ...extras(merged.extra_special_tokens ?? merged.additional_special_tokens),
    ...Object.entries(merged).flatMap(([key, value]) =>
      /_token$/.test(key) && !roleKeys.includes(key) && typeof value === 'string' ? [value] : [],
    ),
  ].map((value) => need(value, true, 'extra_special_tokens'));
  const isSpecial = new Set([...roles, ...more].map(({ content }) => content));
  if (isComplete) {
    if (!isObject(decoder)) throw new Error(`${where}: added_tokens_decoder must be an object of tokens by id.`);
    for (const [id, value] of Object.entries(decoder).sort(([a], [b]) => Number(a) - Number(b))) {
      const token = need(value, undefined, 'added_tokens_decoder');
      tokens.set(token.content, isSpecial.has(token.content) ? { ...token, special: true } : token);
      said.set(token.content, Number(id));
    }
  } else {
    for (const value of inJson) {
      const token = need(value, undefined, 'tokenizer.json');
      tokens.set(token.content, token);
      if (isObject(value) && typeof value.id === 'number') said.set(token.content, value.id);
    }
    const listed = Object.entries(added).sort(([, a], [, b]) => Number(a) - Number(b));
    for (const [content, id] of listed) {
      if (!Number.isInteger(id) || Number(id) < 0)
        throw new Error(`${where}: added_tokens.json gives '${content}' the id ${JSON.stringify(id)}.`);
      if (!tokens.has(content)) tokens.set(content, need(content, isSpecial.has(content), 'added_tokens.json'));
      said.set(content, Number(id));
    }
  }
  for (const token of [...roles, ...more]) if (!tokens.has(token.content)) tokens.set(token.content, token);
  return { tokens: [...tokens.values()], said };
}

/**
 * The ids that tokens get when they are added to a vocabulary: their own there, else the next behind all.
 *
 * @throws {Error} where a file says another id, or where the next one is a token's already (a vocabulary with holes)
 */
export function withIds(
  tokens: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  said: ReadonlyMap<string, number>,
  where: string,
): (AddedToken & { readonly id: number })[] {
  const taken = new Set(vocabulary.values());
  const problems: string[] = [];
  let next = vocabulary.size;
  const placed = tokens.map((token) => {
    const known = vocabulary.get(token.content);
    const id = known ?? next;
    if (known === undefined) {
      if (taken.has(id))
        problems.push(`'${token.content}' would get the id ${id}, which another token has: the vocabulary has holes`);
      taken.add(id);
      next++;
    }
    const expected = said.get(token.content);
    if (expected !== undefined && expected !== id)
      problems.push(`'${token.content}' is said to have the id ${expected}, and gets ${id}`);
    return { id, ...token };
  });
  if (problems.length > 0)
    throw new Error(
      `${where}: added tokens: ${problems.slice(0, 10).join('; ')}${problems.length > 10 ? `; and ${problems.length - 10} more` : ''}.`,
    );
  return placed;
}
