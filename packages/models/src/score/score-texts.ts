import { asStream, checkOptions, checkText, needed, oneOf, type Rules, whole } from '@cloze/checks';
import { onePlaceEarlier, type SentenceScore, scoreSentences } from '@cloze/eval';
import { wordNumbersFromBoundaries } from '@cloze/masking';
import { type PlacedEncoding, wordBoundaries } from '@cloze/tokenizer';
import { cutTokens } from '../encode/cut-text.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { placesOf } from './places-of.ts';
import { predictQueries } from './predict-queries.ts';
import { type ScoringKindName, scoringKinds } from './scoring-kinds.ts';

/** A line of a file and its number from 1. */
export interface LineOfText {
  readonly line: number;
  readonly text: string;
}

/** Something to score. */
export interface ScorableText {
  readonly text: string;
  /** Only the tokens of this part of the text count. */
  readonly part?: string;
  /** Which occurrence of the part, counted from 1; must be given where it occurs more than once. */
  readonly occurrence?: number;
  /** Where it comes from, for messages. */
  readonly line: number;
}

/** How texts are scored. */
export interface ScoreTextsOptions {
  readonly kind: ScoringKindName;
  /** What `masked-words` calls a word: jieba's, the default, or the tokenizer's. */
  readonly words?: 'jieba' | 'tokenizer';
  readonly boundaryTokens?: 'exclude' | 'include';
  readonly batchTokens?: number;
}

/** The score of a text. */
export interface TextScore<Text> {
  readonly item: Text;
  /** `Σ ln p` of the scored tokens. */
  readonly score: number;
  /** Scored tokens. */
  readonly count: number;
  /** Each token of the row with its `ln p`, null when not scored. */
  readonly tokens: readonly (readonly [token: string, logProbability: number | null])[];
  /** Whether the text is longer than the model reads, so that only its beginning is scored. */
  readonly truncated: boolean;
  /** Tokens that are left out of it. */
  readonly cut: number;
}

type Sentence<Text> = PlacedEncoding & { readonly item: Text; readonly places?: readonly number[] };

function placesOfPart(
  { offsets, special }: PlacedEncoding,
  { text, part, occurrence, line }: ScorableText,
): number[] | undefined {
  if (part === undefined) return undefined;
  const places = placesOf(text, part);
  if (places.length === 0) throw new Error(`line ${line}: the part '${part}' does not occur in '${text}'.`);
  if (occurrence === undefined && places.length > 1)
    throw new Error(
      `line ${line}: the part '${part}' occurs ${places.length} times in '${text}'; say which, from 1 to ${places.length}.`,
    );
  const start = places[(occurrence ?? 1) - 1];
  if (start === undefined)
    throw new Error(
      `line ${line}: the part '${part}' occurs ${places.length} time${places.length === 1 ? '' : 's'} in '${text}', there is no occurrence ${occurrence}.`,
    );
  return [...offsets.keys()].filter((i) => {
    const [from, to] = offsets[i] as readonly [number, number];
    return !special[i] && from < start + part.length && to > start;
  });
}

function jiebaWords({ offsets, special }: PlacedEncoding, text: string): Int32Array {
  return wordNumbersFromBoundaries({
    starts: offsets.map(([start]) => start),
    ends: offsets.map(([, end]) => end),
    boundaries: wordBoundaries(text),
    special,
  });
}

/** Texts encoded at once. */
const chunk = 256;

/** What options of scoring must be. */
export const scoreRules: Rules<ScoreTextsOptions> = {
  kind: needed(oneOf(Object.keys(scoringKinds))),
  words: oneOf(['jieba', 'tokenizer']),
  boundaryTokens: oneOf(['exclude', 'include']),
  batchTokens: whole(1),
};

/**
 * Scores a stream of texts with a model, in their order, in constant memory.
 *
 * @throws {TypeError} for an item without a text {RangeError} for a kind, words or a rule that there is not
 * @throws {Error} for a model without head, a part that does not occur in its text, or one that occurs several times and does not say which
 */
export async function* scoreTexts<Text extends ScorableText>(
  model: LoadedModel,
  texts: Iterable<Text> | AsyncIterable<Text>,
  options: ScoreTextsOptions,
): AsyncGenerator<TextScore<Text>, void, undefined> {
  checkOptions('scoreTexts', options, scoreRules);
  const { kind, words = 'jieba', boundaryTokens = 'exclude', batchTokens } = options;
  async function* encoded(): AsyncGenerator<Sentence<Text>, void, undefined> {
    let waiting: Text[] = [];
    async function* flush() {
      const encodings = await model.tokenizer.encodeBatch(waiting.map(({ text }) => text));
      for (const [i, encoding] of encodings.entries()) {
        const item = waiting[i] as Text;
        const places = placesOfPart(encoding, item);
        yield {
          ...encoding,
          ...(kind === 'masked-words' && words === 'jieba' && { wordNumbers: jiebaWords(encoding, item.text) }),
          ...(places && { places }),
          item,
        };
      }
      waiting = [];
    }
    let number = 0;
    for await (const text of asStream('scoreTexts', texts)) {
      checkText(`scoreTexts: the text of item ${number++}`, text?.text);
      waiting.push(text);
      if (waiting.length === chunk) yield* flush();
    }
    if (waiting.length > 0) yield* flush();
  }
  const hides = kind === 'masked' || kind === 'masked-words';
  const scores: AsyncGenerator<SentenceScore<Sentence<Text>>> = scoreSentences(encoded(), {
    kind: hides && model.config.predictsNext ? onePlaceEarlier(scoringKinds[kind]) : scoringKinds[kind],
    predict: predictQueries<Sentence<Text>>(model),
    boundaryTokens,
    // Every place of a one-pass row has logits of the whole vocabulary; a masked row has them at one place.
    batchTokens: batchTokens ?? (hides ? 4096 : 1024),
    buffer: chunk,
    ...(hides && { maskId: model.needMask().id }),
  });
  for await (const { sentence, logProbabilities, total, count } of scores) {
    const { item, ids, cut } = sentence;
    yield {
      item,
      score: total,
      count,
      tokens: logProbabilities.map((value, i) => [model.tokenizer.tokenOf(ids[i] as number) ?? '', value]),
      truncated: cut !== undefined,
      cut: cutTokens([sentence]),
    };
  }
}
