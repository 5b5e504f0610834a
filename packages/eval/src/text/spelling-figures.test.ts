import { expect, it } from 'vitest';
import { spellingFigures } from '../index.ts';

it('counts sentences: changed, wrong, found and put right, by hand', () => {
  const rows = [
    ['天七好', '天气好', '天气好'], // found and put right
    ['天七好', '天期好', '天气好'], // found, put wrong
    ['天七好', '天七号', '天气好'], // another place
    ['天七好', '天七好', '天气好'], // missed
    ['天气好', '天气号', '天气好'], // right, made wrong
    ['天气好', '天气好', '天气好'], // right and left alone
    ['天七号', '天气号', '天气好'], // one of two places: not found
  ] as const;
  const [written, corrected, references] = [0, 1, 2].map((i) => rows.map((row) => row[i] as string)) as [
    string[],
    string[],
    string[],
  ];
  const f1 = (p: number, r: number) => expect.closeTo((2 * p * r) / (p + r), 12);
  // Five were changed, five are wrong.
  expect(spellingFigures(written, corrected, references)).toEqual({
    detection: { precision: 2 / 5, recall: 2 / 5, f1: f1(2 / 5, 2 / 5) },
    correction: { precision: 1 / 5, recall: 1 / 5, f1: f1(1 / 5, 1 / 5) },
  });
  const none = { precision: 0, recall: 0, f1: 0 };
  expect(spellingFigures(['好'], ['好'], ['好'])).toEqual({ detection: none, correction: none });
  expect(() => spellingFigures(['好'], ['好的'], ['好'])).toThrow('sentence 0 has 1 characters, corrected 2');
  expect(() => spellingFigures([], [], [])).toThrow('spellingFigures');
});
