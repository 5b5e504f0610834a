import { checkList, checkTexts } from '@cloze/checks';
import { sameLength } from '../checks/same-length.ts';

const prefixed = /^([BIESLUM])(?:-(.*))?$/;

/** Where entities begin and end, and of which type: `type start end`. */
function entitiesOf(tags: readonly string[], plain: boolean): Set<string> {
  const found = new Set<string>();
  let open: { readonly type: string; readonly start: number } | undefined;
  const close = (end: number) => {
    if (open) found.add(`${open.type} ${open.start} ${end}`);
    open = undefined;
  };
  for (const [i, tag] of tags.entries()) {
    const [, prefix = 'I', type = ''] = (!plain && prefixed.exec(tag)) || [];
    const own = plain ? tag : type;
    if (tag === 'O' || (!plain && !prefixed.test(tag))) {
      close(i);
      continue;
    }
    if (prefix === 'B' || prefix === 'S' || prefix === 'U' || open?.type !== own) close(i);
    open ??= { type: own, start: i };
    if (prefix === 'E' || prefix === 'L' || prefix === 'S' || prefix === 'U') close(i + 1);
  }
  close(tags.length);
  return found;
}

/**
 * F1 of whole entities, `2·right / (said + meant)`: an entity is right when its type and both its ends are (CoNLL-2003, seqeval's default).
 *
 * Tags are `O` or begin with B-, I-, E- or L-, M-, S- or U- (BIO, BIOES, BMES, BILOU); an I- without a B- before it begins an entity, as in
 * conlleval. Where no tag has such a prefix, a run of equal tags is an entity. 0 where nobody says or means an entity.
 *
 * @param predictions, labels the tags of each sentence, as many as it has words
 * @throws {TypeError} for what are no lists of tags @throws {RangeError} for lists of different or zero length, of sentences or of a sentence's tags
 */
export function entityF1(predictions: readonly (readonly string[])[], labels: readonly (readonly string[])[]): number {
  checkList('entityF1: predictions', predictions);
  checkList('entityF1: labels', labels);
  sameLength('entityF1', ['predictions', predictions], ['labels', labels]);
  for (const [i, tags] of labels.entries()) {
    const own = predictions[i];
    checkTexts(`entityF1: labels[${i}]`, tags);
    checkTexts(`entityF1: predictions[${i}]`, own);
    if (own.length !== tags.length)
      throw new RangeError(`entityF1: predictions[${i}] has ${own.length} tags, labels[${i}] ${tags.length}.`);
  }
  const plain = !labels.some((tags) => tags.some((tag) => tag !== 'O' && prefixed.test(tag)));
  let [right, said, meant] = [0, 0, 0];
  for (const [i, tags] of labels.entries()) {
    const theirs = entitiesOf(tags, plain);
    const ours = entitiesOf(predictions[i] as readonly string[], plain);
    for (const entity of ours) if (theirs.has(entity)) right++;
    said += ours.size;
    meant += theirs.size;
  }
  return said + meant === 0 ? 0 : (2 * right) / (said + meant);
}
