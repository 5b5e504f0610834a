import type { HostTensor } from '@cloze/backend';
import { vocabularyFrom } from '@cloze/tokenizer';
import { encoderOver, type StartEncoder } from '../recipes/parts/start-encoder.ts';

/** Rows `kept` of a table `[rows, …]`. */
function rowsOf({ shape, values, ...rest }: HostTensor, kept: readonly number[]): HostTensor {
  const size = shape.slice(1).reduce((product, n) => product * n, 1);
  const chosen = new Float32Array(kept.length * size);
  for (const [row, id] of kept.entries())
    chosen.set((values as Float32Array).subarray(id * size, (id + 1) * size), row * size);
  return { ...rest, shape: [kept.length, ...shape.slice(1)], values: chosen } as HostTensor;
}

/**
 * An encoder without the rows of tokens that texts do not use: training spends most of its time on the table of a large vocabulary.
 *
 * Special tokens and tokens that occur `minimum` times stay, in their order. What the encoder says of texts made of these is what it said before; other
 * tokens become [UNK].
 *
 * @param minimum times a token must occur; default 1
 */
export async function trimVocabulary(
  encoder: StartEncoder,
  texts: readonly string[],
  { minimum = 1 }: { readonly minimum?: number } = {},
): Promise<StartEncoder> {
  const { family, config, parameters, about, tokens } = encoder;
  const counts = new Float64Array(tokens.length);
  const tokenizer = encoder.tokenizer(config.maximumLength);
  for (const { ids } of await tokenizer.encodeBatch(texts))
    for (const id of ids) counts[id] = (counts[id] as number) + 1;
  const kept = [...tokens.keys()].filter(
    (id) => (counts[id] as number) >= minimum || /^\[(PAD|UNK|CLS|SEP|MASK)\]$/.test(tokens[id] as string),
  );
  const { languageModel, embeddings } = parameters;
  return encoderOver(vocabularyFrom(kept.map((id) => tokens[id] as string)), {
    family,
    about: `${about}, ${kept.length} of ${tokens.length} tokens`,
    config: { ...config, vocabularySize: kept.length },
    parameters: {
      ...parameters,
      embeddings: { ...embeddings, tokenTable: rowsOf(embeddings.tokenTable, kept) },
      languageModel: {
        ...languageModel,
        bias: rowsOf(languageModel.bias, kept),
        ...(languageModel.output && { output: rowsOf(languageModel.output, kept) }),
      },
    },
  });
}
