import { checkOptions, checkText, oneOf, real, whole } from '@cloze/checks';
import { beamSearch, createDecoder, greedySearch } from '@cloze/encoder';
import { cutTokens } from '../encode/cut-text.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { textOfTokens } from './text-of-tokens.ts';

/** How a continuation is searched. */
export interface GenerateOptions {
  /** Continuations followed side by side, at most 1000; 1, the default, is greedy. */
  readonly beams?: number;
  /** Most tokens, the end token included; default 32. */
  readonly tokens?: number;
  /** `prefix`: the text is a source that sees all of itself, what follows is another segment (UniLM); `causal`: what follows goes on with the text. Default: `causal` for a left-to-right model and one whose outputs name the next token (GPT-BERT, MNTP). */
  readonly source?: 'prefix' | 'causal';
  /** Fewest tokens before the end may come, default 1; of beams. */
  readonly minimumTokens?: number;
  /** α of `Σ ln p / length^α`, default 1; of beams. */
  readonly lengthPenalty?: number;
}

/** Each is a row of the cache: what more would take is a mistake, not a search. */
export const mostBeams = 1000;

/** A text that follows another. */
export interface GeneratedText {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly ended: boolean;
}

/**
 * Continues a text with a UniLM or left-to-right model, token by token over a cache.
 *
 * @returns best first: one text by greedy search, up to `beams` by beam search
 * @throws {Error} for T-TA and models without a head or a separator; {RangeError} where text and tokens together are longer than the model reads
 */
export async function generate(
  model: LoadedModel,
  text: string,
  options: GenerateOptions = {},
): Promise<GeneratedText[]> {
  checkOptions('generate', options, {
    beams: whole(1, mostBeams),
    tokens: whole(1),
    source: oneOf(['prefix', 'causal']),
    minimumTokens: whole(0),
    lengthPenalty: real(),
  });
  const {
    beams = 1,
    tokens = 32,
    source = model.visibility === 'before' || model.config.predictsNext ? 'causal' : 'prefix',
    minimumTokens = 1,
    lengthPenalty = 1,
  } = options;

  checkText('generate: the text', text);
  model.needHead();
  const { separate: endId } = model.special;
  if (model.visibility === 'others') throw new Error(`${model.name} is a T-TA, which does not generate.`);
  if (endId === undefined) throw new Error(`${model.name}: its tokenizer has no separator to end a text with.`);
  const [encoding] = await model.tokenizer.encodeBatch([text]);
  if (!encoding) return [];
  // A left-to-right text goes on: the separator that the tokenizer puts at its end would end it.
  const cut = cutTokens([encoding]);
  if (cut > 0)
    throw new RangeError(
      `The text is ${cut} token${cut === 1 ? '' : 's'} longer than the ${model.maximumLength} that ${model.name} reads; shorten it.`,
    );
  const length = encoding.ids.length - (source === 'causal' && encoding.ids.at(-1) === endId ? 1 : 0);
  if (length + tokens - 1 > model.maximumLength)
    throw new RangeError(
      `${length} tokens of text and ${tokens} more are beyond the ${model.maximumLength} that ${model.name} reads; ask for at most ${Math.max(0, model.maximumLength - length + 1)} with --tokens.`,
    );
  const segments = model.config.segmentTypes === 1 ? { segment: 0 } : {};
  const decoder = createDecoder(model.engine, model.parameters, model.config, {
    rows: beams,
    source,
    placement: model.placement,
    ...segments,
  });
  try {
    const repeat = (values: Int32Array) =>
      Int32Array.from({ length: beams * length }, (_, i) => values[i % length] as number);
    decoder.begin({
      ids: repeat(encoding.ids),
      segments: repeat(encoding.segments),
      attend: new Uint8Array(beams * length).fill(1),
    });
    const found =
      beams === 1
        ? await greedySearch(decoder, { rows: 1, endId, maximumTokens: tokens })
        : await beamSearch(decoder, { beams, endId, maximumTokens: tokens, minimumTokens, lengthPenalty });
    return await Promise.all(
      found.map(async ({ tokens: ids, logProbability, ended }) => ({
        text: await textOfTokens(model.tokenizer, ids),
        tokens: ids,
        logProbability,
        ended,
      })),
    );
  } finally {
    decoder.dispose();
  }
}
