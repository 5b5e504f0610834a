import { argMax, floats, ints, type Tensor } from '@cloze/backend';
import { maskedCrossEntropy } from '@cloze/encoder';
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

/** The column of each word's first piece, −1 for a word that was cut off or gave no piece. */
function firstPieces({ offsets, special }: PlacedEncoding, words: readonly string[]): Int32Array {
  const { starts } = placesOf(words);
  const columns = new Int32Array(words.length).fill(-1);
  let word = 0;
  for (const [column, [start, end]] of offsets.entries()) {
    if (special[column] || end <= start) continue;
    while (word + 1 < words.length && (starts[word + 1] as number) <= start) word++;
    if (columns[word] === -1) columns[word] = column;
  }
  return columns;
}

/**
 * A tag for each word: a linear map of every position, cross-entropy at the first piece of each word.
 *
 * @throws {RangeError} for fewer than two tags, or some that look alike
 */
export function prepareTokens(
  task: TokensTask,
  { model, rows = [], labels: known }: TaskSetting,
): PreparedTask<readonly string[], TagsPrediction, readonly string[]> {
  const { separator = ' ' } = task;
  const listed = rows.map((row) => listOf(row, task.tags, separator, () => {}));
  checkLabels(
    task.tags,
    listed.flatMap((tags, i) => tags.map((label) => ({ row: i + 1, label }))),
  );
  const labels = known ?? orderLabels(listed.flat());
  if (labels.length < 2)
    throw new RangeError(`tokens: column '${task.tags}' has ${labels.length} tags; there is nothing to tell apart.`);
  const number = new Map(labels.map((name, i) => [name, i]));
  const outputs = tokenOutputs(model, labels.length);
  return {
    labels,
    saved: { head: 'tokens' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
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
    targetsOf: (examples, { shape: [rowCount, length] }) => {
      const tags = new Int32Array(rowCount * length);
      const weights = new Float32Array(rowCount * length);
      for (const [row, { encodings, input, target }] of examples.entries()) {
        for (const [word, column] of firstPieces(encodings[0] as PlacedEncoding, input).entries()) {
          if (column === -1) continue;
          tags[row * length + column] = number.get(target[word] as string) as number;
          weights[row * length + column] = 1;
        }
      }
      return { tags: ints([rowCount, length], tags), weights: floats([rowCount, length], weights) };
    },
    objective: objectiveOf(
      outputs.train,
      ({ logits }, { targets }) => maskedCrossEntropy(logits, targets.tags as Tensor, targets.weights as Tensor).loss,
    ),
    answer: (parameters, batch) => ({ tags: argMax(outputs.evaluate(parameters, batch).logits) }),
    read: ({ tags }, inputs) =>
      inputs.map(({ input, encodings: [encoding] }, row) => {
        const length = tags?.shape[1] as number;
        const columns = firstPieces(encoding as PlacedEncoding, input);
        return {
          tags: Array.from(columns, (column) =>
            column === -1 ? null : (labels[tags?.values[row * length + column] as number] as string),
          ),
        };
      }),
    metrics: tagMetrics,
  };
}
