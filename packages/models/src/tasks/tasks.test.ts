import { describe, expect, it } from 'vitest';
import { orderLabels, weightsOf } from './labels.ts';
import { listOf, numberOf, textOf } from './row.ts';

describe('labels', () => {
  it('numbers stand by size, names by code points, each once', () => {
    expect(orderLabels(['10', '9', '10', '-1'])).toEqual(['-1', '9', '10']);
    expect(orderLabels(['b', '10', 'a', '9'])).toEqual(['10', '9', 'a', 'b']);
  });
  it('balanced weights have mean 1 over rows', () => {
    const weights = weightsOf('balanced', ['a', 'b'], [30, 10]);
    expect((30 * (weights[0] as number) + 10 * (weights[1] as number)) / 40).toBeCloseTo(1, 6);
    expect((weights[1] as number) / (weights[0] as number)).toBeCloseTo(3, 6);
  });
  it('names every weight that does not fit', () => {
    for (const weight of [Number.NaN, Number.POSITIVE_INFINITY, 1e39])
      expect(() => weightsOf({ a: weight, b: 1 }, ['a', 'b'], [1, 1])).toThrow(`'a' has ${weight}`);
    expect(() => weightsOf({ a: 0, b: 0 }, ['a', 'b'], [1, 1])).toThrow('all are 0');
    expect(() => weightsOf({ a: -1, c: 2 }, ['a', 'b'], [1, 1])).toThrow(
      "classWeights: 'c' is no label; 'b' has none; 'a' has -1.",
    );
  });
});

describe('columns', () => {
  const problems: string[] = [];
  const note = (column: string, problem: string) => problems.push(`${column} ${problem}`);
  it('say what a value is and what was expected', () => {
    expect(textOf({ a: ' x' }, 'a', note)).toBe(' x');
    expect(textOf({ a: 3 }, 'a', note)).toBe('3');
    expect(textOf({ a: false }, 'a', note)).toBe('false');
    expect(listOf({ a: ['x', 'y'] }, 'a', ',', note)).toEqual(['x', 'y']);
    expect(listOf({ a: 'x, y,,' }, 'a', ',', note)).toEqual(['x', 'y']);
    expect(['2.5', ' -3 ', '+.5', '1e3', '7.'].map((a) => numberOf({ a }, 'a', note))).toEqual([2.5, -3, 0.5, 1000, 7]);
    expect(problems).toEqual([]);
    textOf({ a: '  ' }, 'a', note);
    textOf({}, 'a', note);
    numberOf({ a: 'NaN' }, 'a', note);
    numberOf({ a: Number.NaN }, 'a', note);
    numberOf({ a: Number.POSITIVE_INFINITY }, 'a', note);
    numberOf({ a: '0x10' }, 'a', note);
    numberOf({ a: '-1e39' }, 'a', note);
    listOf({ a: 1 }, 'a', ',', note);
    listOf({ a: ['x', null] }, 'a', ',', note);
    textOf({ a: 'x\ud800' }, 'a', note);
    expect(problems).toEqual([
      'a is empty',
      'a is missing',
      'a is "NaN", expected a finite number',
      'a is NaN, expected a finite number',
      'a is Infinity, expected a finite number',
      'a is "0x10", expected a finite number',
      'a is -1e+39, expected a number that float32 holds, up to 3.4e38 from 0',
      'a is number, expected a list',
      'a holds null at place 1 of its list, expected a text',
      'a holds half a surrogate pair at position 1',
    ]);
  });
});
