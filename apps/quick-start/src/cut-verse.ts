import { createHash } from 'node:crypto';
import type { Poem } from '@cloze/datasets/node';
import { specialTokens, trainVocabulary } from '@cloze/tokenizer';
import type { Plan } from './plan.ts';
import { famous, riddles } from './riddles.ts';

type Split = ReturnType<typeof splitOf>;

/** A row with the dynasty it was written under. */
export interface LabelledRow {
  readonly verse: string;
  readonly dynasty: Poem['dynasty'];
  readonly [column: string]: unknown;
}

/** Poems as a quick start reads them: rows of two couplets, four lines of five characters. */
export interface Verse {
  readonly train: readonly string[];
  /** By authors never learnt from, without the riddles. */
  readonly heldOut: readonly string[];
  /** As many rows of each dynasty; those of `test` by authors of neither other part. */
  readonly labelled: Readonly<Record<'train' | 'test', readonly LabelledRow[]>>;
}

/** Tokens of a row: [CLS], two couplets of two lines with a mark each, [SEP]. */
export const rowLength = 26;

const form = /^\p{Script=Han}{5}，\p{Script=Han}{5}。$/u;
const coupletsOf = (row: string): string[] => row.match(/.{12}/gu) ?? [];

/** So many of a list, evenly spaced; all of a shorter one. */
function spaced<T>(list: readonly T[], most: number): T[] {
  const count = Math.min(most, list.length);
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as T);
}

/** Whether two couplets are one but for a few variants: at most three of their characters differ. */
export function isVariant(first: string, second: string): boolean {
  let differing = 0;
  for (let i = 0; i < first.length && differing <= 3; i++) if (first[i] !== second[i]) differing++;
  return differing <= 3;
}

/** Where an author's poems belong, so that no author is in two parts: 90 % train, 5 % valid, 5 % test, by hash, the same everywhere. */
export function splitOf(author: string): 'train' | 'valid' | 'test' {
  const share = createHash('sha256').update(author).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.9 ? 'train' : share < 0.95 ? 'valid' : 'test';
}

/**
 * Cuts poems into rows of one form, so that no place of a batch is padding and each place of a row means the same: two couplets in lines of
 * five characters, all among the commonest. Rows are split by author. No row that is learnt from has a couplet that is scored, nor a variant of
 * one that has a gap.
 *
 * @throws {RangeError} for poems so few that a part is empty
 */
export function cutVerse(
  poems: readonly Poem[],
  { characters, heldOut, labelled }: Pick<Plan, 'characters' | 'heldOut' | 'labelled'>,
): Verse {
  const splits = new Map([...new Set(poems.map(({ author }) => author))].map((author) => [author, splitOf(author)]));
  const fitting = poems.map((poem) => ({ ...poem, couplets: poem.couplets.filter((couplet) => form.test(couplet)) }));
  const of = (split: Split) => fitting.filter(({ author }) => splits.get(author) === split);
  const learnt = of('train').flatMap(({ couplets }) => couplets);
  const size = specialTokens.length + characters;
  const known = new Set(learnt.length === 0 ? [] : trainVocabulary(learnt, { size, minimum: 1 }).tokens);
  const gaps = [...riddles, famous].flatMap(({ verse }) => coupletsOf(verse));
  const isOpen = (couplet: string) =>
    [...couplet].every((one) => known.has(one)) && !gaps.some((gap) => isVariant(gap, couplet));
  const rowsOf = (split: Split, scored: ReadonlySet<string> = new Set()) =>
    of(split).flatMap(({ couplets, dynasty }) => {
      const kept = couplets.filter((couplet) => !scored.has(couplet) && isOpen(couplet));
      return kept.flatMap((couplet, i) => (i % 2 === 1 ? [{ verse: `${kept[i - 1]}${couplet}`, dynasty }] : []));
    });
  const valid = spaced(rowsOf('valid'), heldOut).map(({ verse }) => verse);
  const train = rowsOf('train', new Set(valid.flatMap(coupletsOf)));
  const balanced = (rows: readonly LabelledRow[], most: number) => {
    const classes = (['tang', 'song'] as const).map((name) => rows.filter(({ dynasty }) => dynasty === name));
    // At most two classes.
    const each = Math.min(most, ...classes.map(({ length }) => length));
    return classes.flatMap((one) => spaced(one, each));
  };
  const verse: Verse = {
    train: train.map((row) => row.verse),
    heldOut: valid,
    labelled: { train: balanced(train, labelled.train), test: balanced(rowsOf('test'), labelled.test) },
  };
  for (const [name, rows] of Object.entries({ train, 'held-out': valid, 'labelled test': verse.labelled.test }))
    if (rows.length === 0)
      throw new RangeError(
        `cutVerse: ${poems.length} poems leave no ${name} row of two couplets in lines of five characters; give more poems.`,
      );
  return verse;
}
