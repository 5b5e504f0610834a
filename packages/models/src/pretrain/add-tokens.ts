import type { HostTensor } from '@cloze/backend';
import type { LoadedPretrained } from '@cloze/encoder';
import { tokenizerFileOf, tokenizerOf } from '../model/tokenizer-of.ts';

/** A table `[rows, …]` with these rows from a place on, over what stood there and behind its end. */
function withRows({ shape, values, dtype }: HostTensor, first: number, rows: readonly Float32Array[]): HostTensor {
  const [count = 0, ...rest] = shape;
  const width = rest.reduce((product, extent) => product * extent, 1);
  const wanted = Math.max(count, first + rows.length);
  const longer = new Float32Array(wanted * width);
  longer.set(values);
  for (const [i, row] of rows.entries()) longer.set(row, (first + i) * width);
  return { shape: [wanted, ...rest], dtype, values: longer };
}

/** The mean of rows of a table. */
function meanRow({ shape, values }: HostTensor, rows: ArrayLike<number>): Float32Array {
  const width = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const mean = new Float32Array(width);
  for (let i = 0; i < rows.length; i++)
    for (let f = 0; f < width; f++)
      mean[f] = (mean[f] as number) + (values[(rows[i] as number) * width + f] as number) / rows.length;
  return mean;
}

/** `tokenizer_config.json` with more added tokens, where it lists them: its list stands before that of `tokenizer.json`. */
function decoderWith(file: Uint8Array | undefined, added: readonly { readonly id: number }[]) {
  const settings: unknown = file && JSON.parse(new TextDecoder().decode(file));
  if (typeof settings !== 'object' || settings === null || !('added_tokens_decoder' in settings)) return {};
  const listed = settings.added_tokens_decoder;
  if (typeof listed !== 'object' || listed === null) return {};
  const more = Object.fromEntries(added.map(({ id, ...token }) => [String(id), token]));
  const written = { ...settings, added_tokens_decoder: { ...listed, ...more } };
  return { 'tokenizer_config.json': new TextEncoder().encode(`${JSON.stringify(written, null, 2)}\n`) };
}

/**
 * A checkpoint whose tokenizer knows more words: each becomes one token, found in a text before it is cut into pieces.
 *
 * A new row of the token table, of an output matrix of its own and of the output bias is the mean of the rows of the pieces that the word
 * had so far, so that the model says at first what it said of them together.
 *
 * @param words without blanks around them; those that are one token already are left out
 * @throws {RangeError} for an empty word
 */
export async function addTokens(
  name: string,
  loaded: LoadedPretrained,
  words: readonly string[],
): Promise<LoadedPretrained> {
  const empty = words.findIndex((word) => word.trim() === '');
  if (empty >= 0) throw new RangeError(`addTokens: word ${empty} is empty.`);
  const { tokenizer } = tokenizerOf(name, loaded);
  const fresh = [...new Set(words.map((word) => word.trim()))].filter((word) => tokenizer.idOf(word) === undefined);
  if (fresh.length === 0) return loaded;
  const encoded = await tokenizer.encodeBatch(fresh);
  const pieces = encoded.map(({ ids, special }) => ids.filter((_, i) => !special[i]));
  const { parameters, config } = loaded;
  // A tokenizer numbers added tokens on from its last one; a table may have rows to spare there.
  const first = tokenizer.size;
  const json = JSON.parse(tokenizerFileOf(name, loaded)) as { added_tokens?: object[] };
  const added = fresh.map((content, i) => ({
    id: first + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: true,
    special: false,
  }));
  const { embeddings, languageModel } = parameters;
  const grown = (table: HostTensor) =>
    withRows(
      table,
      first,
      pieces.map((rows) => meanRow(table, rows)),
    );
  return {
    ...loaded,
    config: { ...config, vocabularySize: Math.max(config.vocabularySize, first + fresh.length) },
    parameters: {
      ...parameters,
      embeddings: { ...embeddings, tokenTable: grown(embeddings.tokenTable) },
      languageModel: {
        ...languageModel,
        ...(languageModel.bias && { bias: grown(languageModel.bias) }),
        ...(languageModel.output && { output: grown(languageModel.output) }),
      },
    },
    tokenizerFiles: {
      ...loaded.tokenizerFiles,
      'tokenizer.json': new TextEncoder().encode(
        JSON.stringify({ ...json, added_tokens: [...(json.added_tokens ?? []), ...added] }),
      ),
      ...decoderWith(loaded.tokenizerFiles['tokenizer_config.json'], added),
    },
  };
}
