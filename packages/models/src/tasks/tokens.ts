import {
  argMax,
  broadcastTo,
  concat,
  floats,
  gatherRows,
  type HostTensor,
  ints,
  reshape,
  type Tensor,
} from '@cloze/backend';
import { crfLoss, maskedCrossEntropy, viterbi } from '@cloze/encoder';
import { entityF1 } from '@cloze/eval';
import { objectiveOf } from '@cloze/regularisers';
import type { PlacedEncoding } from '@cloze/tokenizer';
import { tokenOutputs } from './head-outputs.ts';
import { checkLabels, orderLabels } from './labels.ts';
import { type Judged, type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { listOf } from './row.ts';
import type { TokensTask } from './task.ts';

/** A tag for each word. */
export interface TagsPrediction {
  /** As many as there are words; null where a word lies beyond the longest row. */
  readonly tags: readonly (string | null)[];
}

type Row = Judged<TagsPrediction, readonly string[]>;

/** Pairs of tag said and tag meant, of all words. */
const pairs = (rows: readonly Row[]) =>
  rows.flatMap(({ prediction, target }) => target.map((tag, i) => [prediction.tags[i] ?? null, tag] as const));

/** How these answers are judged. */
export const tagMetrics: Metrics<TagsPrediction, readonly string[]> = metricsOf({
  /** `2·tp / (2·tp + fp + fn)` over words whose tag is not `O`. */
  taggedF1: (rows) => {
    let [right, said, meant] = [0, 0, 0];
    for (const [prediction, target] of pairs(rows)) {
      if (prediction === target && target !== 'O') right++;
      if (prediction !== null && prediction !== 'O') said++;
      if (target !== 'O') meant++;
    }
    return said + meant === 0 ? 1 : (2 * right) / (said + meant);
  },
  /** F1 of whole entities, type and both ends; a word beyond the longest row is outside of any. */
  entityF1: (rows) =>
    entityF1(
      rows.map(({ prediction, target }) => target.map((_, i) => prediction.tags[i] ?? 'O')),
      rows.map(({ target }) => target),
    ),
  accuracy: (rows) => {
    const all = pairs(rows);
    return all.length === 0 ? 1 : all.filter(([said, meant]) => said === meant).length / all.length;
  },
});

/** Where each word begins and ends in the text that words make with spaces between them. */
function placesOf(words: readonly string[]): { readonly text: string; readonly starts: readonly number[] } {
  const starts: number[] = [];
  let text = '';
  for (const word of words) {
    if (text !== '') text += ' ';
    starts.push(text.length);
    text += word;
  }
  return { text, starts };
}

/** The columns of each word's pieces, none for a word that was cut off or gave no piece. */
function columnsOf({ offsets, special }: PlacedEncoding, words: readonly string[]): readonly (readonly number[])[] {
  const { starts } = placesOf(words);
  const columns = words.map((): number[] => []);
  let word = 0;
  for (const [column, [start, end]] of offsets.entries()) {
    if (special[column] || end <= start) continue;
    while (word + 1 < words.length && (starts[word + 1] as number) <= start) word++;
    columns[word]?.push(column);
  }
  return columns;
}

/** A row's learnt places: their columns and tags, from the left. */
const learntOf = (
  encoding: PlacedEncoding,
  words: readonly string[],
  tags: readonly string[],
  {
    pieces = 'first',
    number,
  }: { readonly pieces?: TokensTask['pieces']; readonly number: ReadonlyMap<string, number> },
): readonly (readonly [column: number, tag: number])[] =>
  columnsOf(encoding, words).flatMap((columns, word) =>
    (pieces === 'first' ? columns.slice(0, 1) : columns).map((column, piece) => {
      const tag = tags[word] as string;
      const inside = piece > 0 ? tag.replace(/^B-/, 'I-') : tag;
      return [column, number.get(inside) ?? (number.get(tag) as number)] as const;
    }),
  );

/**
 * A tag for each word: a linear map of every position, cross-entropy at the first piece of each word, or at all of them; with a conditional random field
 * −ln of the share of the whole row of tags, by tokens, and Viterbi's best row as the prediction.
 *
 * @throws {RangeError} for fewer than two tags, some that look alike, and a random field over all pieces
 */
export function prepareTokens(
  task: TokensTask,
  { model, rows = [], labels: known }: TaskSetting,
): PreparedTask<readonly string[], TagsPrediction, readonly string[]> {
  const { separator = ' ', pieces = 'first', crf = false } = task;
  const listed = rows.map((row) => listOf(row, task.tags, separator, () => {}));
  checkLabels(
    task.tags,
    listed.flatMap((tags, i) => tags.map((label) => ({ row: i + 1, label }))),
  );
  const labels = known ?? orderLabels(listed.flat());
  if (labels.length < 2)
    throw new RangeError(`tokens: column '${task.tags}' has ${labels.length} tags; there is nothing to tell apart.`);
  if (crf && pieces === 'all')
    throw new RangeError("tokens: a random field has one place a word; pieces must be 'first' with crf, got 'all'.");
  const number = new Map(labels.map((name, i) => [name, i]));
  const outputs = tokenOutputs(model, labels.length);
  const zeros = (...shape: number[]) => floats(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const count = labels.length;
  return {
    labels,
    saved: { head: 'tokens' },
    encodingsEach: 1,
    // A random field that says nothing yet: the first loss is cross-entropy's.
    freshHead: (random) => ({
      ...outputs.freshHead(random),
      ...(crf && { crf: { start: zeros(count), end: zeros(count), transitions: zeros(count, count) } }),
    }),
    inputOf: (row, note) => {
      const words = listOf(row, task.words, separator, note);
      if (words.length === 0) note(task.words, 'has no word');
      return words;
    },
    targetOf: (row, words, note) => {
      const tags = listOf(row, task.tags, separator, note);
      if (tags.length !== words.length) note(task.tags, `has ${tags.length} tags for ${words.length} words`);
      for (const tag of new Set(tags))
        if (!number.has(tag)) note(task.tags, `'${tag}' is none of the tags of train (${labels.join(', ')})`);
      return tags;
    },
    encode: async (inputs, tokenizer) => {
      const encodings = await tokenizer.encodeBatch(inputs.map((words) => placesOf(words).text));
      return encodings.map((encoding, i) => ({
        input: inputs[i] as readonly string[],
        encodings: [encoding],
        truncated: encoding.cut !== undefined,
      }));
    },
    weights: 'weights',
    targetsOf: (examples, { shape: [rowCount, length] }) => {
      const tags = new Int32Array(rowCount * length);
      const weights = new Float32Array(rowCount * length);
      const columns = new Int32Array(rowCount * length);
      for (const [row, { encodings, input, target }] of examples.entries()) {
        const learnt = learntOf(encodings[0] as PlacedEncoding, input, target, { pieces, number });
        for (const [i, [column, tag]] of learnt.entries()) {
          // A random field reads words side by side, whatever stands between their first pieces.
          const place = row * length + (crf ? i : column);
          tags[place] = tag;
          weights[place] = 1;
          columns[row * length + i] = row * length + column;
        }
      }
      const shape = [rowCount, length];
      return {
        tags: ints(shape, tags),
        weights: floats(shape, weights),
        ...(crf && { columns: ints(shape, columns) }),
      };
    },
    objective: objectiveOf(
      (parameters, batch, key) => {
        const output = outputs.train(parameters, batch, key);
        if (!crf) return output;
        const { logits } = output;
        const [rowCount, length] = logits.shape as [number, number];
        const flat = reshape(logits, [rowCount * length, count]);
        const found = gatherRows(flat, batch.targets.columns as Tensor);
        return { ...output, logits: reshape(found, [rowCount, length, count]), crf: parameters.head.crf };
      },
      ({ logits, ...output }, { targets }) => {
        const { tags, weights } = targets as Readonly<Record<'tags' | 'weights', Tensor>>;
        const field = 'crf' in output ? output.crf : undefined;
        return field ? crfLoss(logits, field, tags, weights) : maskedCrossEntropy(logits, tags, weights).loss;
      },
    ),
    answer: (parameters, batch) => {
      const { logits } = outputs.evaluate(parameters, batch);
      const field = parameters.head.crf;
      if (!crf || !field) return { tags: argMax(logits) };
      const all = concat([reshape(field.start, [1, count]), reshape(field.end, [1, count]), field.transitions], 0);
      const rowCount = logits.shape[0] as number;
      return { logits, field: broadcastTo(reshape(all, [1, count + 2, count]), [rowCount, count + 2, count]) };
    },
    read: ([answer], { input, encodings: [encoding] }) => {
      const columns = columnsOf(encoding as PlacedEncoding, input).map(([first]) => first);
      if (!crf)
        return {
          tags: columns.map((column) =>
            column === undefined ? null : (labels[answer?.tags?.values[column] as number] as string),
          ),
        };
      const { logits, field } = answer as Readonly<Record<'logits' | 'field', HostTensor>>;
      const there = columns.filter((column) => column !== undefined);
      const { tags } = viterbi(
        there.flatMap((column) => [...logits.values.subarray(column * count, (column + 1) * count)]),
        {
          start: field.values.subarray(0, count),
          end: field.values.subarray(count, 2 * count),
          transitions: field.values.subarray(2 * count),
        },
      );
      let next = 0;
      return {
        tags: columns.map((column) => (column === undefined ? null : (labels[tags[next++] as number] as string))),
      };
    },
    metrics: tagMetrics,
  };
}
