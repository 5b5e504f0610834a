import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row with one character to guess. */
export interface Riddle {
  readonly verse: string;
  /** Place of the character in the row, 0 for the first. */
  readonly place: number;
}

/** The row as it is asked. */
export const askedOf = ({ verse, place }: Riddle): string => `${verse.slice(0, place)}[MASK]${verse.slice(place + 1)}`;

/** The character that the poet wrote. */
export const answerOf = ({ verse, place }: Riddle): string => verse[place] as string;

/** 孟浩然, 春曉: everybody knows it, and no encoder is shown it. */
export const famous: Riddle = { verse: '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。', place: 9 };

const [, ...lines] = readFileSync(join(import.meta.dirname, '../data/riddles.tsv'), 'utf8')
  .trimEnd()
  .split('\n');

/** Beginnings of twenty Tang poems that many know by heart, as the package prints them; row i asks for place `(7·i + 5) mod 24`, or the next that is no mark. */
export const riddles: readonly Riddle[] = lines.map((line, i) => {
  const verse = line.slice(line.lastIndexOf('\t') + 1);
  const due = (7 * i + 5) % 24;
  return { verse, place: '，。'.includes(verse[due] as string) ? (due + 1) % 24 : due };
});
