import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import counts from '../../fixtures/clue-counts.json' with { type: 'json' };
import { clueTasks, duplicatesAcross, duplicatesWithin } from '../index.ts';

interface Counted {
  readonly files: Readonly<
    Record<
      string,
      { readonly within: object; readonly labels: Readonly<Record<string, number>>; readonly texts: string }
    >
  >;
  readonly devInTrain: object;
}

const data = process.env.CLOZE_DATA;

// Figures by tooling/oracles/clue_counts.py, which shares no code with the readers.
describe.skipIf(data === undefined)('readers on the data of CLOZE_DATA', () => {
  const counted = counts as unknown as Readonly<Record<string, Counted>>;

  it('the fixture counts every file of the tasks’ folders', () => {
    for (const { name, folder } of clueTasks.filter(({ name }) => name !== 'cmnli'))
      expect(readdirSync(join(data as string, folder)).sort()).toEqual(Object.keys(counted[name]?.files ?? {}).sort());
  });

  for (const task of clueTasks.filter(({ name }) => counts[name as keyof typeof counts] !== undefined)) {
    it(`${task.name}: rows, labels, texts and duplicates equal Python's`, () => {
      const { files, devInTrain } = counted[task.name] as Counted;
      const sets = task.files
        .filter(({ name }) => files[name] !== undefined)
        .map(({ name, split, labelled }) => {
          const read = task.read(readFileSync(join(data as string, task.folder, name), 'utf8'), name, { labelled });
          expect(read.problems).toEqual([]);
          expect(read.rows.length + read.dropped.length).toBe(read.lines);
          const labels: Record<string, number> = {};
          const hash = createHash('sha256');
          for (const row of read.rows) {
            if (row.label !== undefined) labels[row.label] = (labels[row.label] ?? 0) + 1;
            hash.update(`${task.texts(row).join('\x1f')}\x1e`);
          }
          const expected = files[name] as Counted['files'][string];
          expect(duplicatesWithin(task, read.rows)).toEqual(expected.within);
          expect(labels).toEqual(expected.labels);
          expect(hash.digest('hex')).toBe(expected.texts);
          return { split, rows: read.rows };
        });
      const rowsOf = (wanted: string) => sets.find(({ split }) => split === wanted)?.rows ?? [];
      expect(sets).toHaveLength(2);
      expect(duplicatesAcross(task, rowsOf('dev'), rowsOf('train'))).toEqual(devInTrain);
    });
  }
});
