import { expect, it } from 'vitest';
import { readMinimalPairs } from './read-minimal-pairs.ts';

const lines = (...objects: object[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join('');

it('reads BLiMP’s names and ZhoBLiMP’s', () => {
  const text = lines(
    {
      UID: 'causative',
      linguistics_term: 'argument_structure',
      sentence_good: 'He breaks it.',
      sentence_bad: 'He appears it.',
    },
    { UID: 'BA_a', phenomenon: 'BA', sentence_good: '他在喝茶。', sentence_bad: '他把茶喝。', pairID: 7 },
  );
  expect(readMinimalPairs(text, 'x.jsonl')).toEqual({
    file: 'x.jsonl',
    lines: 2,
    dropped: [],
    flaws: [],
    problems: [],
    rows: [
      {
        line: 1,
        good: 'He breaks it.',
        bad: 'He appears it.',
        paradigm: 'causative',
        phenomenon: 'argument_structure',
      },
      { line: 2, good: '他在喝茶。', bad: '他把茶喝。', paradigm: 'BA_a', phenomenon: 'BA' },
    ],
  });
});

it('names every field that is missing or blank, of every line', () => {
  const text = `${lines({ UID: 'a', sentence_good: ' ', sentence_bad: 3 })}{\n`;
  const { rows, problems } = readMinimalPairs(text, 'x.jsonl');
  expect(rows).toEqual([]);
  expect(problems.map(({ line, reason }) => [line, reason])).toEqual([
    [1, 'sentence_good is blank; sentence_bad is 3, expected a text; phenomenon is nothing, expected a text'],
    [2, expect.stringContaining('the line is no JSON')],
  ]);
});

it('a pair of one text is a row and a flaw, as in BLiMP', () => {
  const text = lines({ UID: 'a', phenomenon: 'b', sentence_good: 'He.', sentence_bad: 'He.' });
  expect(readMinimalPairs(text, 'x.jsonl')).toMatchObject({
    rows: [{ good: 'He.', bad: 'He.' }],
    flaws: [{ file: 'x.jsonl', line: 1, reason: 'both sentences are the same text' }],
  });
});
