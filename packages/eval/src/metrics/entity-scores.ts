import { pairedSpans, spanKey } from './entity-spans.ts';

/** How entities of one type fared. Ratios are 0 to 1; a ratio with nothing to count is 0, as in seqeval. */
export interface EntityScore {
  readonly type: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** True entities of this type. */
  readonly support: number;
}

/**
 * Precision, recall and F1 of whole entities of each type, types in alphabetical order: an entity is right when its type and both its ends are (seqeval's report;
 * CLUENER's official figure is the mean of `f1`).
 *
 * @param predictions, labels the tags of each sentence, as `entitySpans` reads them
 * @throws {TypeError} for what are no lists of tags @throws {RangeError} for lists of different or zero length, of sentences or of a sentence's tags
 */
export function entityScores(
  predictions: readonly (readonly string[])[],
  labels: readonly (readonly string[])[],
): EntityScore[] {
  const counts = new Map<string, { right: number; said: number; meant: number }>();
  const of = (type: string) => {
    const known = counts.get(type) ?? { right: 0, said: 0, meant: 0 };
    counts.set(type, known);
    return known;
  };
  for (const { said, meant } of pairedSpans('entityScores', predictions, labels)) {
    const theirs = new Set(meant.map(spanKey));
    for (const span of meant) of(span.type).meant++;
    for (const span of said) {
      const own = of(span.type);
      own.said++;
      if (theirs.has(spanKey(span))) own.right++;
    }
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { right, said, meant }]) => ({
      type,
      precision: ratio(right, said),
      recall: ratio(right, meant),
      f1: ratio(2 * right, said + meant),
      support: meant,
    }));
}
