import { checkList, checkTexts } from '@cloze/checks';
import { sameLength } from '../checks/same-length.ts';

/** A whole entity of a row of tags. */
export interface EntitySpan {
  readonly type: string;
  /** The first tag's index. */
  readonly start: number;
  /** One behind the last tag's. */
  readonly end: number;
}

const prefixed = /^([BIESLUM])(?:-(.*))?$/;

/** Whether tags have places (B, I, …); else a run of equal tags is an entity. */
const havePlaces = (rows: readonly (readonly string[])[]) =>
  rows.some((tags) => tags.some((tag) => tag !== 'O' && prefixed.test(tag)));

function spansOf(tags: readonly string[], plain: boolean): EntitySpan[] {
  const found: EntitySpan[] = [];
  let open: { readonly type: string; readonly start: number } | undefined;
  const close = (end: number) => {
    if (open) found.push({ ...open, end });
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
 * The entities of a row of tags, in their order.
 *
 * Tags are `O` or begin with B-, I-, E- or L-, M-, S- or U- (BIO, BIOES, BMES, BILOU); an I- without a B- before it begins an entity, as in
 * conlleval. Where no tag has such a prefix, a run of equal tags is an entity.
 *
 * @throws {TypeError} for what is no list of tags
 */
export function entitySpans(tags: readonly string[]): EntitySpan[] {
  checkTexts('entitySpans', tags);
  return spansOf(tags, !havePlaces([tags]));
}

/** Entities of predicted and true tags, row by row. @throws {TypeError} for what are no lists of tags {RangeError} for lists that do not fit */
export function pairedSpans(
  where: string,
  predictions: readonly (readonly string[])[],
  labels: readonly (readonly string[])[],
): { readonly said: readonly EntitySpan[]; readonly meant: readonly EntitySpan[] }[] {
  checkList(`${where}: predictions`, predictions);
  checkList(`${where}: labels`, labels);
  sameLength(where, ['predictions', predictions], ['labels', labels]);
  for (const [i, tags] of labels.entries()) {
    const own = predictions[i];
    checkTexts(`${where}: labels[${i}]`, tags);
    checkTexts(`${where}: predictions[${i}]`, own);
    if (own.length !== tags.length)
      throw new RangeError(`${where}: predictions[${i}] has ${own.length} tags, labels[${i}] ${tags.length}.`);
  }
  // Labels that are all O say nothing of their form; predictions may.
  const plain = !havePlaces(labels.some((tags) => tags.some((tag) => tag !== 'O')) ? labels : predictions);
  return labels.map((tags, i) => ({
    said: spansOf(predictions[i] as readonly string[], plain),
    meant: spansOf(tags, plain),
  }));
}

/** What two equal entities share. */
export const spanKey = ({ type, start, end }: EntitySpan): string => `${type} ${start} ${end}`;
