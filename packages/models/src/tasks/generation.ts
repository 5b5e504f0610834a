import type { Tensor } from '@cloze/backend';
import { floats, ints } from '@cloze/backend';
import { createDecoder, encode, greedySearch, maskedCrossEntropy, predictTokens, prefix } from '@cloze/encoder';
import { rouge } from '@cloze/eval';
import { predictPrefix } from '@cloze/masking';
import { objectiveOf } from '@cloze/regularisers';
import { type PlacedEncoding, padEncodings } from '@cloze/tokenizer';
import { cutTokens } from '../encode/cut-text.ts';
import { selectTokens } from '../encode/select-tokens.ts';
import { textOfTokens, withoutEastAsianBlanks } from '../generate/text-of-tokens.ts';
import { lengthBuckets } from '../model/shape-buckets.ts';
import {
  type EncodedInput,
  type Judged,
  type Metrics,
  metricsOf,
  type PreparedTask,
  type TaskSetting,
} from './prepared-task.ts';
import { textOf } from './row.ts';
import type { GenerationTask } from './task.ts';

/** A text that was written. */
export interface GeneratedPrediction {
  readonly text: string;
}

type Row = Judged<GeneratedPrediction, string>;

const meanOver = (rows: readonly Row[], of: (row: Row) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
const overlap = (name: 'rouge1' | 'rouge2' | 'rougeL') => (rows: readonly Row[]) =>
  meanOver(rows, ({ prediction, target }) => rouge(prediction.text, target)[name].f);

/** Whether they are one text, whatever blanks stand beside ideographs. */
const alike = (one: string, other: string) => withoutEastAsianBlanks(one) === withoutEastAsianBlanks(other);

/** How these answers are judged. */
export const generationMetrics: Metrics<GeneratedPrediction, string> = metricsOf({
  rougeL: overlap('rougeL'),
  rouge1: overlap('rouge1'),
  rouge2: overlap('rouge2'),
  exactMatch: (rows) => meanOver(rows, ({ prediction, target }) => Number(alike(prediction.text, target))),
});

/** Source and target as two segments of one row, without the target's own [CLS]. */
function join(source: PlacedEncoding, target: PlacedEncoding): PlacedEncoding {
  const size = source.ids.length + target.ids.length - 1;
  const joined = {
    ids: new Int32Array(size),
    segments: new Int32Array(size).fill(1, source.ids.length),
    special: new Uint8Array(size),
    wordNumbers: new Int32Array(size),
    offsets: [...source.offsets, ...target.offsets.slice(1)],
    ...((source.written || target.written) && { written: new Uint8Array(size) }),
    ...(source.cut && { cut: source.cut }),
  };
  if (source.written) joined.written?.set(source.written);
  if (target.written) joined.written?.set(target.written.subarray(1), source.ids.length);
  for (const name of ['ids', 'special', 'wordNumbers'] as const) {
    joined[name].set(source[name]);
    joined[name].set(target[name].subarray(1), source[name].length);
  }
  return joined;
}

/** What `join` was given first: all of a row but its second segment. */
function sourceOf(row: PlacedEncoding): PlacedEncoding {
  const length = row.segments.indexOf(1);
  if (length < 0) return row;
  return selectTokens(row, [...Array(length).keys()]);
}

/**
 * A text written from another, UniLM's way (Dong et al. 2019): the source sees itself, the target what is before; greedy search writes it.
 *
 * @throws {RangeError} for families that do not see the whole row, or a target length without room for a source
 */
export function prepareGeneration(
  task: GenerationTask,
  { model }: TaskSetting,
): PreparedTask<string, GeneratedPrediction, string> {
  const { targetLength = 32 } = task;
  const { config, family, special } = model;
  if (family === 't-ta') throw new RangeError(`${model.name} is a T-TA, which does not generate.`);
  const endId = special.separate;
  if (endId === undefined) throw new RangeError(`${model.name}: its tokenizer has no separator to end a text with.`);
  if (!(Number.isInteger(targetLength) && targetLength > 0 && targetLength < model.maximumLength - 2))
    throw new RangeError(
      `generation: targetLength must be a whole number from 1 to ${model.maximumLength - 3}, got ${targetLength}.`,
    );
  const cut = (encoding: PlacedEncoding, length: number): PlacedEncoding => {
    if (encoding.ids.length <= length) return encoding;
    // The separator at the end stays.
    const last = encoding.ids.length - 1;
    const kept = [...Array(length - 1).keys(), last];
    return selectTokens(encoding, kept, [cutTokens([encoding]) + encoding.ids.length - length]);
  };
  return {
    labels: [],
    saved: {},
    encodingsEach: 1,
    freshHead: () => ({}),
    inputOf: (row, note) => textOf(row, task.source, note),
    targetOf: (row, _input, note) => textOf(row, task.target, note),
    encode: async (inputs, tokenizer, targets) => {
      const sources = await tokenizer.encodeBatch(inputs);
      const written = targets && (await tokenizer.encodeBatch(targets));
      const room = tokenizer.maximumLength - targetLength;
      return sources.map((source, i) => {
        const input = inputs[i] as string;
        const short = cut(source, room);
        const target = written?.[i];
        return {
          input,
          encodings: [target ? join(short, cut(target, targetLength + 1)) : short],
          truncated: short !== source || source.cut !== undefined,
        };
      });
    },
    targetsOf: (_examples, batch) => {
      const { targetPositions, targets, weights, slots } = predictPrefix(batch, { slots: targetLength + 1 });
      const shape = [batch.shape[0], slots];
      return { positions: ints(shape, targetPositions), tokens: ints(shape, targets), weights: floats(shape, weights) };
    },
    weights: 'weights',
    objective: objectiveOf(
      ({ encoder }, { targets, ...rows }, key) => {
        const { hidden } = encode(family, encoder, rows, config, key, {
          visible: prefix(rows.segments, rows.attend),
        });
        return { logits: predictTokens(encoder, hidden, targets.positions as Tensor, config), states: hidden };
      },
      ({ logits }, { targets }) => maskedCrossEntropy(logits, targets.tokens as Tensor, targets.weights as Tensor).loss,
    ),
    answer: () => ({}),
    read: () => ({ text: '' }),
    write: async ({ encoder }, inputs: readonly EncodedInput<string>[]) => {
      const rows = Math.min(16, inputs.length);
      // Rows that are judged have the target behind the source: it must not be read.
      const sources = inputs.map(({ encodings: [row] }) => sourceOf(row as PlacedEncoding));
      const longest = sources.reduce((most, { ids }) => Math.max(most, ids.length), 1);
      const room = model.maximumLength - targetLength;
      const length = lengthBuckets(room).find((bucket) => bucket >= longest) ?? longest;
      const decoder = createDecoder(model.engine, encoder, config, {
        rows,
        source: 'prefix',
        room: length + targetLength,
        placement: model.placement,
      });
      const found: GeneratedPrediction[] = [];
      try {
        for (let from = 0; from < sources.length; from += rows) {
          const own = sources.slice(from, from + rows);
          const filled = Array.from({ length: rows }, (_, i) => (own[i] ?? own[0]) as PlacedEncoding);
          decoder.begin(padEncodings(filled, { padId: model.padId, buckets: [length] }));
          const written = await greedySearch(decoder, { rows, endId, maximumTokens: targetLength });
          for (const { tokens } of written.slice(0, own.length))
            found.push({ text: await textOfTokens(model.tokenizer, tokens) });
        }
      } finally {
        decoder.dispose();
      }
      return found;
    },
    metrics: generationMetrics,
  };
}
