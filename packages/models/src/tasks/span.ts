import { ints, mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { objectiveOf } from '@cloze/regularisers';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { placesOf } from '../score/places-of.ts';
import { spanOutputs } from './head-outputs.ts';
import { type Judged, type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { numberOf, textOf } from './row.ts';
import type { SpanTask } from './task.ts';

/** A question and the text that answers it. */
export interface SpanInput {
  readonly question: string;
  readonly context: string;
}

/** The part of the context that answers. */
export interface SpanPrediction {
  readonly text: string;
  /** UTF-16 index in the context. */
  readonly start: number;
}

type Row = Judged<SpanPrediction, { readonly text: string; readonly start: number }>;

/** F1 of characters in common, blanks left out (SQuAD's measure by characters). */
function overlap({ prediction, target }: Row): number {
  const counts = new Map<string, number>();
  const [said, meant] = [prediction.text, target.text].map((text) => [...text.replace(/\s/g, '')]) as [
    string[],
    string[],
  ];
  for (const character of meant) counts.set(character, (counts.get(character) ?? 0) + 1);
  let common = 0;
  for (const character of said) {
    const left = counts.get(character) ?? 0;
    if (left === 0) continue;
    counts.set(character, left - 1);
    common++;
  }
  return said.length + meant.length === 0 ? 1 : (2 * common) / (said.length + meant.length);
}

/** How these answers are judged. */
export const spanMetrics: Metrics<SpanPrediction, Row['target']> = metricsOf({
  f1: (rows) => rows.reduce((sum, row) => sum + overlap(row), 0) / rows.length,
  exactMatch: (rows) => rows.filter(({ prediction, target }) => prediction.text === target.text).length / rows.length,
});

/** Columns of the first and last token of a span of the context; both 0, [CLS], when it was cut off. */
function columnsOf(
  { offsets, segments, special }: PlacedEncoding,
  start: number,
  end: number,
  second: number,
): [number, number] {
  let [first, last] = [-1, -1];
  for (const [column, [from, to]] of offsets.entries()) {
    if (special[column] || segments[column] !== second || to <= from) continue;
    if (first === -1 && to > start) first = column;
    if (from < end) last = column;
  }
  const whole = last >= 0 && (offsets[last]?.[1] ?? 0) >= end;
  return first >= 0 && last >= first && whole ? [first, last] : [0, 0];
}

/** The segment number of the context: 1, or 0 in families with one segment, where special tokens part the texts. */
function contextSpan({ segments, special, offsets }: PlacedEncoding): {
  readonly segment: number;
  readonly from: number;
} {
  if (segments.includes(1)) return { segment: 1, from: segments.indexOf(1) };
  // One segment: the context begins after the last run of special tokens before the end.
  let from = 0;
  for (let i = 1; i < offsets.length - 1; i++) if (special[i]) from = i + 1;
  return { segment: 0, from };
}

/**
 * The part of a text that answers a question: start and end by a linear map of every position, the mean of both cross-entropies.
 *
 * A context longer than the row is cut; an answer that was cut off is asked at [CLS], as transformers' example does.
 */
export function prepareSpan(
  task: SpanTask,
  { model }: TaskSetting,
): PreparedTask<SpanInput, SpanPrediction, Row['target']> {
  const outputs = spanOutputs(model);
  return {
    labels: [],
    saved: { head: 'span' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => ({ question: textOf(row, task.question, note), context: textOf(row, task.context, note) }),
    targetOf: (row, { context }, note) => {
      const text = textOf(row, task.answer, note);
      const start = task.start === undefined ? context.indexOf(text) : numberOf(row, task.start, note);
      const times = task.start === undefined ? placesOf(context, text).length : 1;
      if (times > 1)
        note(task.answer, `'${text}' stands ${times} times in the context; say where it begins with a column 'start'`);
      else if (text !== '' && context.slice(start, start + text.length) !== text)
        note(task.answer, `'${text}' does not stand in the context${task.start === undefined ? '' : ` at ${start}`}`);
      return { text, start };
    },
    encode: async (inputs, tokenizer) => {
      const texts = inputs.map(({ question, context }) => [question, context] as const);
      const encodings = await tokenizer.encodeBatch(texts);
      return encodings.map((encoding, i) => ({
        input: inputs[i] as SpanInput,
        encodings: [encoding],
        truncated: encoding.cut !== undefined,
      }));
    },
    targetsOf: (examples) => {
      const places = examples.flatMap(({ encodings: [encoding], target: { start, text } }) => {
        const { segment } = contextSpan(encoding as PlacedEncoding);
        return columnsOf(encoding as PlacedEncoding, start, start + text.length, segment);
      });
      return { places: ints([examples.length, 2], Int32Array.from(places)) };
    },
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) =>
      mean(sparseCrossEntropy(logits, targets.places as Tensor)),
    ),
    answer: (parameters, batch) => ({ logits: outputs.evaluate(parameters, batch).logits }),
    read: ({ logits }, inputs) =>
      inputs.map(({ input, encodings: [encoding] }, row) => {
        const { offsets, special, segments } = encoding as PlacedEncoding;
        const { segment, from } = contextSpan(encoding as PlacedEncoding);
        const length = logits?.shape[2] as number;
        const of = (column: number, side: 0 | 1) => logits?.values[(row * 2 + side) * length + column] as number;
        let best = { value: Number.NEGATIVE_INFINITY, first: from, last: from };
        // The likeliest start before each end, in one pass.
        let start = -1;
        for (let column = from; column < offsets.length; column++) {
          if (special[column] || segments[column] !== segment) continue;
          if (start === -1 || of(column, 0) > of(start, 0)) start = column;
          const value = of(start, 0) + of(column, 1);
          if (value > best.value) best = { value, first: start, last: column };
        }
        const [begin, end] = [offsets[best.first]?.[0] ?? 0, offsets[best.last]?.[1] ?? 0];
        return { text: input.context.slice(begin, end), start: begin };
      }),
    metrics: spanMetrics,
  };
}
