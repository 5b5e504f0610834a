import { type HostTensor, ints, mean, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { spanScores } from '@cloze/eval';
import { objectiveOf } from '@cloze/regularisers';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { bestSpan } from './best-span.ts';
import { spanOutputs } from './head-outputs.ts';
import {
  type Example,
  type Judged,
  type Metrics,
  metricsOf,
  type PreparedTask,
  type TaskSetting,
} from './prepared-task.ts';
import { textOf } from './row.ts';
import { type SpanTarget, spanTarget } from './span-target.ts';
import { contextColumns, spanWindows } from './span-windows.ts';
import type { SpanTask } from './task.ts';

/** A question and the text that answers it. */
export interface SpanInput {
  readonly question: string;
  readonly context: string;
}

/** The part of the context that answers. */
export interface SpanPrediction {
  /** Empty for no answer. */
  readonly text: string;
  /** UTF-16 index in the context, −1 for no answer. */
  readonly start: number;
  /** How much more its ends have than [CLS], which is no answer, in logits; a threshold on it decides what is answered. */
  readonly margin: number;
}

type Row = Judged<Pick<SpanPrediction, 'text'>, Pick<SpanTarget, 'texts'>>;

/** Scores of rows: a bootstrap asks for each a thousand times. */
const known = new WeakMap<Row, ReturnType<typeof spanScores>>();
function scoresOf(row: Row): ReturnType<typeof spanScores> {
  const scores = known.get(row) ?? spanScores([row.prediction.text], [row.target.texts]);
  known.set(row, scores);
  return scores;
}
const meanOver = (rows: readonly Row[], name: 'f1' | 'exactMatch') =>
  rows.reduce((sum, row) => sum + scoresOf(row)[name], 0) / rows.length;

/** How these answers are judged: CMRC2018's F1 and exact match, the best over a row's answers. */
export const spanMetrics: Metrics<Pick<SpanPrediction, 'text'>, Pick<SpanTarget, 'texts'>> = metricsOf({
  f1: (rows) => meanOver(rows, 'f1'),
  exactMatch: (rows) => meanOver(rows, 'exactMatch'),
});

/** Columns of the context's first and last token that reach into a place; none where no token does. */
function columnsAt(
  encoding: PlacedEncoding,
  [start, end]: readonly [number, number],
): readonly [number, number] | undefined {
  const { from, to } = contextColumns(encoding);
  let [first, last] = [-1, -1];
  for (let column = from; column < to; column++) {
    const [begins, ends] = encoding.offsets[column] as readonly [number, number];
    if (ends <= begins || ends <= start || begins >= end) continue;
    if (first < 0) first = column;
    last = column;
  }
  return first < 0 ? undefined : [first, last];
}

/** Columns of an answer in each window that holds it whole. */
function placesIn(
  windows: readonly PlacedEncoding[],
  place: readonly [number, number],
): (readonly [number, number] | undefined)[] {
  const found = windows.map((window) => columnsAt(window, place));
  const begins = (i: number, side: 0 | 1) => {
    const columns = found[i];
    return columns && (windows[i]?.offsets[columns[side]]?.[side] as number);
  };
  // A window that the answer reaches out of has fewer of its tokens than another.
  const start = found.reduce((least, _, i) => Math.min(least, begins(i, 0) ?? least), Number.POSITIVE_INFINITY);
  const end = found.reduce((most, _, i) => Math.max(most, begins(i, 1) ?? most), Number.NEGATIVE_INFINITY);
  return found.map((columns, i) => (begins(i, 0) === start && begins(i, 1) === end ? columns : undefined));
}

/** A row a window, with the answer's columns there; none where no window holds an answer that there is. */
function lessons(example: Example<SpanInput, SpanTarget>): Example<SpanInput, SpanTarget>[] {
  const { encodings, target } = example;
  const places = target.place ? placesIn(encodings, target.place) : encodings.map(() => undefined);
  if (target.flaw !== undefined || (target.place && places.every((columns) => columns === undefined))) return [];
  return encodings.map((window, i) => ({
    ...example,
    encodings: [window],
    target: { ...target, columns: places[i] ?? [0, 0] },
  }));
}

/**
 * The part of a text that answers a question: start and end by a linear map of every position, the mean of both cross-entropies (Devlin et al. 2019).
 *
 * A context longer than the row is read in windows, each learnt from as a row; where a window does not hold the answer whole, [CLS] is asked for. Of a
 * question's windows the likeliest span is the answer, and the least of their [CLS] logits is that of no answer, as in transformers' example.
 */
export function prepareSpan(
  task: SpanTask,
  { model }: TaskSetting,
): PreparedTask<SpanInput, SpanPrediction, SpanTarget> {
  const { unanswerable = false, nullThreshold = 0, answerLength: longest, stride = 128 } = task;
  const outputs = spanOutputs(model);
  return {
    labels: [],
    saved: { head: 'span' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => ({ question: textOf(row, task.question, note), context: textOf(row, task.context, note) }),
    targetOf: (row, { context }, note) => spanTarget(task, row, context, note),
    encode: async (inputs, { uncut, maximumLength: length }) => {
      const encodings = await uncut().encodeBatch(inputs.map(({ question, context }) => [question, context] as const));
      return encodings.map((encoding, i) => {
        const windows = spanWindows(encoding, { length, stride });
        const truncated = windows.some(({ cut }) => cut !== undefined);
        return { input: inputs[i] as SpanInput, encodings: windows, truncated };
      });
    },
    flawOf: (example) =>
      example.target.flaw ?? (lessons(example).length > 0 ? undefined : 'its answer fits into no window'),
    lessonsOf: lessons,
    targetsOf: (examples) => {
      const columns = examples.flatMap(({ target }) => target.columns ?? [0, 0]);
      return { places: ints([examples.length, 2], Int32Array.from(columns)) };
    },
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) =>
      mean(sparseCrossEntropy(logits, targets.places as Tensor)),
    ),
    answer: (parameters, batch) => ({ logits: outputs.evaluate(parameters, batch).logits }),
    read: (answers, { input: { context }, encodings }) => {
      let [best, none] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      let found = { text: '', start: -1 };
      for (const [i, { logits }] of answers.entries()) {
        const encoding = encodings[i] as PlacedEncoding;
        const { values, shape } = logits as HostTensor;
        const [starts, ends] = [values.subarray(0, shape[1]), values.subarray(shape[1])];
        none = Math.min(none, (starts[0] as number) + (ends[0] as number));
        const span = bestSpan(starts, ends, { ...contextColumns(encoding), longest });
        if (!span || span.score <= best) continue;
        best = span.score;
        const [start, end] = [encoding.offsets[span.first]?.[0] ?? 0, encoding.offsets[span.last]?.[1] ?? 0];
        found = { text: context.slice(start, end), start };
      }
      const margin = best - none;
      return unanswerable && -margin > nullThreshold ? { text: '', start: -1, margin } : { ...found, margin };
    },
    metrics: spanMetrics,
  };
}
