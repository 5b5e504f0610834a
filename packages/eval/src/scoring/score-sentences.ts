import { asStream, callable, checkOptions, checkValues, either, needed, oneOf, whole } from '@cloze/checks';
import type { ScorableSentence } from './scorable-sentence.ts';
import type { ScoringKind } from './scoring-kind.ts';

/** One row for a model. */
export interface ScoringQuery<Sentence = ScorableSentence> {
  /** Where the row comes from: segments, say. */
  readonly sentence: Sentence;
  /** `[length]`, hidden tokens replaced. */
  readonly ids: Int32Array;
  /** Where to read the model's predictions. */
  readonly targetPositions: readonly number[];
  /** The token asked for at each position. */
  readonly targets: readonly number[];
}

/** `ln p(target)` at each position of each query, natural logarithm. Queries of a call are of like length. */
export type PredictQueries<Sentence = ScorableSentence> = (
  queries: readonly ScoringQuery<Sentence>[],
) => Promise<readonly ArrayLike<number>[]>;

/** A sentence with the score of its tokens. */
export interface SentenceScore<Sentence> {
  readonly sentence: Sentence;
  /** `[length]`, null for tokens that were not scored (mlm-scoring's convention). */
  readonly logProbabilities: readonly (number | null)[];
  /** 1 for boundary tokens, as in the sentence. */
  readonly special: ArrayLike<number>;
  /** Sum over scored tokens. */
  readonly total: number;
  /** Scored tokens. */
  readonly count: number;
}

/** How sentences are scored. */
export interface ScoringOptions<Sentence> {
  readonly kind: ScoringKind;
  readonly predict: PredictQueries<Sentence>;
  /** Id of [MASK]. Not needed by kinds that hide nothing. */
  readonly maskId?: number;
  /** `exclude`, the default (mlm-scoring's convention), or `include`. */
  readonly boundaryTokens?: 'exclude' | 'include';
  /** Tokens a batch holds at most, default 4096; a longer sentence has a batch of its own. */
  readonly batchTokens?: number;
  /** Rows a batch holds at most, default no limit but `batchTokens`. */
  readonly batchRows?: number;
  /** Sentences read ahead, to batch those of like length; default 256. Memory depends on it, not on how many sentences there are. */
  readonly buffer?: number;
}

function checkSentence(sentence: unknown, number: number): asserts sentence is ScorableSentence {
  const { ids, special } = (sentence ?? {}) as Partial<ScorableSentence>;
  checkValues('scoreSentences', `the ids of sentence ${number}`, ids);
  checkValues('scoreSentences', `special of sentence ${number}`, special);
}

function placesOf(sentence: ScorableSentence, number: number, boundaryTokens: 'exclude' | 'include'): number[] {
  const { ids, special, written, places } = sentence;
  if (ids.length !== special.length)
    throw new RangeError(
      `scoreSentences: sentence ${number} has ${ids.length} ids and ${special.length} marks of special tokens.`,
    );
  const wrong = (places ?? []).filter((place) => !(Number.isInteger(place) && place >= 0 && place < ids.length));
  if (wrong.length > 0)
    throw new RangeError(
      `scoreSentences: sentence ${number} has ${ids.length} tokens; there is no place ${wrong.join(', ')}.`,
    );
  const wanted = places ? [...new Set(places)].sort((a, b) => a - b) : Array.from({ length: ids.length }, (_, i) => i);
  return wanted.filter((place) => (boundaryTokens === 'include' || !special[place]) && !written?.[place]);
}

/**
 * Scores a stream of sentences, in its order, in constant memory: sentences are read `buffer` at a time, and rows of like length share a batch.
 *
 * @throws {TypeError} for what are no sentences, naming the first that is none
 * @throws {RangeError} for a place that does not exist, a kind that hides without `maskId`, or predictions that do not fit or are NaN
 */
export async function* scoreSentences<Sentence extends ScorableSentence>(
  sentences: Iterable<Sentence> | AsyncIterable<Sentence>,
  options: ScoringOptions<Sentence>,
): AsyncGenerator<SentenceScore<Sentence>, void, undefined> {
  checkOptions('scoreSentences', options, {
    kind: needed(callable),
    predict: needed(callable),
    maskId: whole(0),
    boundaryTokens: oneOf(['exclude', 'include']),
    batchTokens: either(whole(1), oneOf([Number.POSITIVE_INFINITY])),
    batchRows: either(whole(1), oneOf([Number.POSITIVE_INFINITY])),
    buffer: either(whole(1), oneOf([Number.POSITIVE_INFINITY])),
  });
  const {
    kind,
    predict,
    maskId,
    boundaryTokens = 'exclude',
    batchTokens = 4096,
    batchRows = Number.POSITIVE_INFINITY,
    buffer = 256,
  } = options;

  let first = 0;
  let chunk: Sentence[] = [];
  let number = 0;
  for await (const sentence of asStream('scoreSentences', sentences)) {
    checkSentence(sentence, number++);
    chunk.push(sentence);
    if (chunk.length < buffer) continue;
    yield* await scoreChunk(chunk, first);
    first += chunk.length;
    chunk = [];
  }
  if (chunk.length > 0) yield* await scoreChunk(chunk, first);

  async function scoreChunk(chosen: readonly Sentence[], from: number): Promise<SentenceScore<Sentence>[]> {
    const found = chosen.map(({ ids }) => new Array<number | null>(ids.length).fill(null));
    let waiting: { owner: number; places: readonly number[]; query: ScoringQuery<Sentence> }[] = [];
    const ask = async () => {
      const answers = await predict(waiting.map(({ query }) => query));
      if (answers.length !== waiting.length)
        throw new RangeError(`scoreSentences: predict got ${waiting.length} rows and answered ${answers.length}.`);
      for (const [row, { owner, places }] of waiting.entries()) {
        const answer = answers[row] as ArrayLike<number>;
        if (answer.length !== places.length)
          throw new RangeError(
            `scoreSentences: predict answered ${answer.length} of ${places.length} positions in row ${row}.`,
          );
        for (const [slot, place] of places.entries()) {
          const value = answer[slot] as number;
          if (Number.isNaN(value))
            throw new RangeError(`scoreSentences: token ${place} of sentence ${from + owner} got NaN from predict.`);
          (found[owner] as (number | null)[])[place] = value;
        }
      }
      waiting = [];
    };
    // Rows of one sentence have one length, so sorting sentences sorts rows; they are made as they are needed, n² tokens of a long one never at once.
    const order = [...chosen.keys()].sort(
      (i, j) => (chosen[j]?.ids.length ?? 0) - (chosen[i]?.ids.length ?? 0) || i - j,
    );
    for (const owner of order) {
      const sentence = chosen[owner] as Sentence;
      for (const { hidden, places, targetPositions } of kind(
        sentence,
        placesOf(sentence, from + owner, boundaryTokens),
      )) {
        // Longest first, so the first row waiting says how wide the batch is.
        const width = waiting[0]?.query.ids.length ?? 0;
        const full = waiting.length === batchRows || (waiting.length + 1) * width > batchTokens;
        if (waiting.length > 0 && full) await ask();
        const ids = Int32Array.from(sentence.ids);
        for (const place of hidden) {
          if (maskId === undefined) throw new RangeError('scoreSentences: this kind hides tokens; give maskId.');
          ids[place] = maskId;
        }
        const targets = places.map((place) => sentence.ids[place] as number);
        waiting.push({ owner, places, query: { sentence, ids, targetPositions, targets } });
      }
    }
    if (waiting.length > 0) await ask();
    return chosen.map((sentence, owner) => {
      const logProbabilities = found[owner] as (number | null)[];
      let [total, count] = [0, 0];
      for (const value of logProbabilities) {
        if (value === null) continue;
        total += value;
        count++;
      }
      return { sentence, logProbabilities, special: sentence.special, total, count };
    });
  }
}
