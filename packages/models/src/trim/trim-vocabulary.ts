import type { HostTensor } from '@cloze/backend';
import { asStream, checkOptions, checkText, whole } from '@cloze/checks';
import type { LoadedPretrained } from '@cloze/encoder';
import { specialTokens } from '@cloze/tokenizer';
import { tokenizerFileOf, tokenizerOf } from '../model/tokenizer-of.ts';

/** How a vocabulary is trimmed. */
export interface TrimOptions {
  /** Times a token must occur, default 1. */
  readonly minimum?: number;
}

/** A record of JSON. */
type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts encoded at once. */
const chunk = 2048;

/** Rows of a table `[rows, …]`. */
function rowsOf({ shape, values, dtype }: HostTensor, kept: readonly number[]): HostTensor {
  const width = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const chosen = new Float32Array(kept.length * width);
  for (const [row, id] of kept.entries()) chosen.set(values.subarray(id * width, (id + 1) * width), row * width);
  return { shape: [kept.length, ...shape.slice(1)], dtype, values: chosen };
}

/** `tokenizer.json` with the ids that stay, wherever it names one: the table, added tokens, what stands around a text. */
function tokenizerWith(json: JsonRecord, vocabulary: JsonRecord, newId: ReadonlyMap<number, number>): JsonRecord {
  const renumbered = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) {
      // `["[SEP]", 102]` of BertProcessing; `ids` of a template.
      if (value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number')
        return [value[0], newId.get(value[1])];
      return key === 'ids' ? value.map((id) => newId.get(id)) : value.map((item) => renumbered(item));
    }
    if (!isRecord(value)) return key === 'id' && typeof value === 'number' ? newId.get(value) : value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renumbered(item, name)]));
  };
  const kept = Object.entries(vocabulary).flatMap(([token, id]) => {
    const next = newId.get(Number(id));
    return next === undefined ? [] : [[token, next] as const];
  });
  const model = isRecord(json.model) ? json.model : {};
  return {
    ...json,
    model: { ...model, vocab: Object.fromEntries(kept.sort(([, a], [, b]) => a - b)) },
    added_tokens: renumbered(json.added_tokens ?? []),
    ...(json.post_processor !== undefined && { post_processor: renumbered(json.post_processor) }),
    ...(json.padding !== undefined && { padding: null }),
  };
}

/** Files of the tokenizer that name ids, with those that stay; the others as they are. */
function filesWith(
  files: LoadedPretrained['tokenizerFiles'],
  json: JsonRecord,
  tokens: readonly string[],
  newId: ReadonlyMap<number, number>,
): LoadedPretrained['tokenizerFiles'] {
  const encoder = new TextEncoder();
  const parsed = (name: string): unknown => {
    const file = files[name];
    return file && JSON.parse(new TextDecoder().decode(file));
  };
  const [settings, added] = [parsed('tokenizer_config.json'), parsed('added_tokens.json')];
  const written = (value: unknown) => encoder.encode(`${JSON.stringify(value, null, 2)}\n`);
  return {
    ...files,
    'tokenizer.json': encoder.encode(JSON.stringify(json)),
    ...(files['vocab.txt'] && { 'vocab.txt': encoder.encode(tokens.map((token) => `${token}\n`).join('')) }),
    ...(isRecord(added) && {
      'added_tokens.json': written(
        Object.fromEntries(Object.entries(added).map(([token, id]) => [token, newId.get(Number(id))])),
      ),
    }),
    ...(isRecord(settings) &&
      isRecord(settings.added_tokens_decoder) && {
        'tokenizer_config.json': written({
          ...settings,
          added_tokens_decoder: Object.fromEntries(
            Object.entries(settings.added_tokens_decoder).map(([id, token]) => [newId.get(Number(id)), token]),
          ),
        }),
      }),
  };
}

/**
 * A checkpoint without the rows of tokens that texts do not use: much of a small model's training is spent on the table of a large vocabulary.
 *
 * Special and added tokens and tokens that occur `minimum` times stay, in their order; family, heads and the tokenizer's other settings are
 * kept. What the model says of texts made of these is what it said before; other tokens become [UNK].
 *
 * @param name the folder or hub id, for messages @param texts of any length
 * @throws {TypeError} for a string in place of texts, or an item that is none
 * @throws {RangeError} for no text at all, a vocabulary that is not WordPiece, whose merges hang together, or a minimum below 1
 */
export async function trimVocabulary(
  name: string,
  loaded: LoadedPretrained,
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrimOptions = {},
): Promise<LoadedPretrained> {
  checkOptions('trimVocabulary', options, { minimum: whole(0) });
  const { minimum = 1 } = options;

  if (!(Number.isInteger(minimum) && minimum >= 1))
    throw new RangeError(`trimVocabulary: minimum must be a whole number of at least 1, got ${minimum}.`);
  const json: unknown = JSON.parse(tokenizerFileOf(name, loaded));
  const model = isRecord(json) ? json.model : undefined;
  if (!isRecord(json) || !isRecord(model) || model.type !== 'WordPiece' || !isRecord(model.vocab))
    throw new RangeError(
      `trimVocabulary: ${name} has a vocabulary of kind ${isRecord(model) ? model.type : 'unknown'}; only WordPiece ones can be trimmed.`,
    );
  const { tokenizer } = tokenizerOf(name, loaded);
  const counts = new Float64Array(tokenizer.size);
  const count = async (part: readonly string[]) => {
    for (const { ids } of await tokenizer.encodeBatch(part))
      for (const id of ids) counts[id] = (counts[id] as number) + 1;
  };
  let waiting: string[] = [];
  let number = 0;
  for await (const text of asStream('trimVocabulary', texts)) {
    checkText(`trimVocabulary: text ${number++}`, text);
    waiting.push(text);
    if (waiting.length < chunk) continue;
    await count(waiting);
    waiting = [];
  }
  await count(waiting);
  if (number === 0) throw new RangeError(`trimVocabulary: there is no text: every token of ${name} would go.`);
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.map((token) => String(token.content)) : [];
  const always = new Set([...specialTokens, ...added]);
  const tokens = Array.from(counts, (_, id) => tokenizer.tokenOf(id));
  const kept = [...tokens.keys()].filter((id) => {
    const token = tokens[id];
    return token !== undefined && ((counts[id] as number) >= minimum || always.has(token));
  });
  const newId = new Map(kept.map((id, row) => [id, row]));
  const { parameters, config, file } = loaded;
  const { embeddings, languageModel } = parameters;
  const ids = Object.entries(file).flatMap(([key, id]) =>
    /_token_id$/.test(key) && typeof id === 'number' ? [[key, newId.get(id) ?? null] as const] : [],
  );
  return {
    ...loaded,
    file: { ...file, ...Object.fromEntries(ids) },
    config: { ...config, vocabularySize: kept.length },
    parameters: {
      ...parameters,
      embeddings: { ...embeddings, tokenTable: rowsOf(embeddings.tokenTable, kept) },
      languageModel: {
        ...languageModel,
        ...(languageModel.bias && { bias: rowsOf(languageModel.bias, kept) }),
        ...(languageModel.output && { output: rowsOf(languageModel.output, kept) }),
      },
    },
    tokenizerFiles: filesWith(
      loaded.tokenizerFiles,
      tokenizerWith(json, model.vocab, newId),
      kept.map((id) => tokens[id] as string),
      newId,
    ),
  };
}
