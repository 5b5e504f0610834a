import { pairedSpans, spanKey } from './entity-spans.ts';

/**
 * F1 of whole entities, `2·right / (said + meant)`: an entity is right when its type and both its ends are (CoNLL-2003, seqeval's default).
 *
 * Tags are read as `entitySpans` does. 0 where nobody says or means an entity.
 *
 * @param predictions, labels the tags of each sentence, as many as it has words
 * @throws {TypeError} for what are no lists of tags @throws {RangeError} for lists of different or zero length, of sentences or of a sentence's tags
 */
export function entityF1(predictions: readonly (readonly string[])[], labels: readonly (readonly string[])[]): number {
  let [right, all] = [0, 0];
  for (const { said, meant } of pairedSpans('entityF1', predictions, labels)) {
    const theirs = new Set(meant.map(spanKey));
    for (const span of said) if (theirs.has(spanKey(span))) right++;
    all += said.length + meant.length;
  }
  return all === 0 ? 0 : (2 * right) / all;
}
