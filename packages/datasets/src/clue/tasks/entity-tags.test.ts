import { expect, it } from 'vitest';
import { cluener } from './cluener.ts';
import { cluenerLabel, entityTags } from './entity-tags.ts';

const label = { address: { 台湾: [[3, 4]] }, name: { 𠮷: [[0, 0]], 王: [[6, 6]] } };
const line = `${JSON.stringify({ text: '𠮷田在台湾见王', label })}\n`;
const [row] = cluener.read(line, 'dev.json').rows;

it('tags count code points; BIOES has last and only characters', () => {
  const { words, tags, leftOut } = entityTags(row?.text ?? '', row?.entities ?? []);
  expect(words).toEqual([...'𠮷田在台湾见王']);
  expect(tags).toEqual(['B-name', 'O', 'O', 'B-address', 'I-address', 'O', 'B-name']);
  expect(leftOut).toEqual([]);
  expect(entityTags(row?.text ?? '', row?.entities ?? [], { scheme: 'BIOES' }).tags).toEqual([
    ...['S-name', 'O', 'O', 'B-address', 'E-address', 'O', 'S-name'],
  ]);
});

it('back from spans to the official label', () => {
  const spans = [
    { type: 'name', start: 0, end: 1 },
    { type: 'address', start: 3, end: 5 },
    { type: 'name', start: 6, end: 7 },
  ];
  expect(cluenerLabel([...(row?.text ?? '')], spans)).toEqual(label);
});

it('of overlapping entities the longer stays; one that is not at its place is refused', () => {
  const entities = [
    { type: 'a', text: '甲乙', start: 0, end: 2 },
    { type: 'b', text: '甲乙丙', start: 0, end: 3 },
    { type: 'c', text: '丁', start: 3, end: 4 },
  ];
  const { tags, leftOut } = entityTags('甲乙丙丁', entities);
  expect(tags).toEqual(['B-b', 'I-b', 'I-b', 'B-c']);
  expect(leftOut).toEqual([entities[0]]);
  expect(() => entityTags('甲', [{ type: 'a', text: '乙', start: 0, end: 1 }])).toThrow('a "乙" is not at 0 to 1');
  expect(() => entityTags('甲', [], { scheme: 'IO' as 'BIO' })).toThrow('scheme must be');
});
