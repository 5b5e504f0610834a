import type { HostTensor } from '@cloze/backend';
import type { LoadedPretrained } from '@cloze/encoder/node';
import { openTokenizer, tokenizerJsonOf } from '@cloze/tokenizer';

/** A table `[rows, …]` with rows more. */
function withRows({ shape, values, dtype }: HostTensor, rows: readonly Float32Array[]): HostTensor {
  const longer = new Float32Array(values.length + rows.reduce((sum, { length }) => sum + length, 0));
  longer.set(values);
  let next = values.length;
  for (const row of rows) {
    longer.set(row, next);
    next += row.length;
  }
  return { shape: [(shape[0] as number) + rows.length, ...shape.slice(1)], dtype, values: longer };
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
  const { tokenizer } = openTokenizer(loaded.tokenizerFiles, name);
  const fresh = [...new Set(words.map((word) => word.trim()))].filter((word) => tokenizer.idOf(word) === undefined);
  if (fresh.length === 0) return loaded;
  const encoded = await tokenizer.encodeBatch(fresh);
  const pieces = encoded.map(({ ids, special }) => ids.filter((_, i) => !special[i]));
  const { parameters, config } = loaded;
  // Tables may have more rows than the tokenizer has tokens: the words come behind all of them.
  const first = config.vocabularySize;
  const json = JSON.parse(tokenizerJsonOf(loaded.tokenizerFiles, name)) as { added_tokens?: object[] };
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
      pieces.map((rows) => meanRow(table, rows)),
    );
  return {
    ...loaded,
    config: { ...config, vocabularySize: first + fresh.length },
    parameters: {
      ...parameters,
      embeddings: { ...embeddings, tokenTable: grown(embeddings.tokenTable) },
      languageModel: {
        ...languageModel,
        bias: grown(languageModel.bias),
        ...(languageModel.output && { output: grown(languageModel.output) }),
      },
    },
    tokenizerFiles: {
      ...loaded.tokenizerFiles,
      'tokenizer.json': new TextEncoder().encode(
        JSON.stringify({ ...json, added_tokens: [...(json.added_tokens ?? []), ...added] }),
      ),
    },
  };
}
