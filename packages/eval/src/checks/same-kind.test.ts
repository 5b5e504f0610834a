import { describe, expect, it } from 'vitest';
import { accuracy, calibration, classScores, macroF1, matthewsCorrelation, mcnemar, microF1 } from '../index.ts';

const figures = { accuracy, classScores, macroF1, microF1, matthewsCorrelation } as const;

describe.each(Object.entries(figures))('%s compares like with like', (_name, figure) => {
  const run = (predictions: unknown, labels: unknown) => () => figure(predictions as string[], labels as string[]);
  it.each([
    [['0', '1', '1'], [0, 1, 1], 'predictions[0] is a string ("0"), labels[0] is a number (0): they never equal'],
    [new Int32Array([1, 2]), ['1', '2'], 'predictions[0] is a number (1), labels[0] is a string ("1")'],
    [[0, '1'], [0, 1], 'predictions[0] is a number (0), predictions[1] is a string ("1")'],
    [[true, false], [1, 0], 'predictions[0] is a boolean (true); give all classes as strings, or all as numbers'],
    [[true], [true], 'predictions[0] is a boolean (true)'],
    [new BigInt64Array([1n]), [1], 'predictions[0] is a bigint (1)'],
    [[1, Number.NaN], [1, 2], 'predictions[1] is a number (NaN)'],
    [['a', null], ['a', 'b'], 'predictions[1] is null'],
    [['a', 'b'], ['a', undefined], 'labels[1] is undefined'],
  ])('%o against %o', (predictions, labels, words) => {
    expect(run(predictions, labels)).toThrow(TypeError);
    expect(run(predictions, labels)).toThrow(words);
  });
  it('takes strings, numbers and typed arrays of numbers', () => {
    expect(run(['a', 'b'], ['a', 'a'])).not.toThrow();
    expect(run(new Int32Array([1, 2]), [1, 1])).not.toThrow();
  });
});

it('classes that are asked for are of the same kind', () => {
  expect(() => macroF1(['0', '1'], ['0', '1'], [0, 1] as unknown as string[])).toThrow(
    'predictions[0] is a string ("0"), classes[0] is a number (0)',
  );
  expect(() => microF1(['0'], ['0'], [])).toThrow('classes is empty');
});

it("judgements are judgements: 'false' does not count as right", () => {
  expect(() => calibration([0.5], ['false'] as unknown as boolean[])).toThrow(
    'calibration: right[0] is a string ("false"), expected true or false, 1 or 0.',
  );
  expect(() => mcnemar([true], [2])).toThrow('rightB[0] is a number (2)');
  expect(mcnemar([true, false], [1, 0]).p).toBe(1);
});
