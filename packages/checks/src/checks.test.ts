import { describe, expect, it } from 'vitest';
import {
  address,
  anything,
  callable,
  checkArguments,
  checkOptions,
  either,
  flag,
  listOf,
  nearestName,
  needed,
  oneOf,
  type Rule,
  real,
  record,
  shown,
  whole,
} from './index.ts';

const said = (rule: Rule, value: unknown) => rule.problems('x', value).join('; ');

describe('rules', () => {
  it.each([
    [whole(), [0, -3, 2 ** 53 - 1], [0.5, Number.NaN, Infinity, 2 ** 53, '1', null, undefined, 1n]],
    [whole(1, 9), [1, 9], [0, 10, 1.5]],
    [real(), [0.5, -1e300], [Number.NaN, Infinity, -Infinity, '0.5', true]],
    [real({ from: 0, to: 1 }), [0, 1], [-1e-9, 1.1]],
    [real({ above: 0, below: 1 }), [0.5], [0, 1]],
    [either(whole(1), oneOf([Infinity])), [3, Infinity], [0, Number.NaN]],
    [flag, [true, false], [0, 'false']],
    [address, ['http://a:80/b@c', '/x', ''], ['http://me@a', 'https://a:b@c/', 5]],
    [callable, [() => 1], [1]],
    [anything, [0, ''], [undefined, null]],
    [listOf(whole(1), 1), [[1], new Int32Array([4])], [[], [0], '12', 5, { length: 1 }]],
  ] as const)('%o', (rule, right, wrong) => {
    for (const value of right) expect(rule.problems('x', value), shown(value)).toEqual([]);
    for (const value of wrong) expect(rule.problems('x', value), shown(value)).not.toEqual([]);
  });

  it('say what was expected and what came', () => {
    expect(said(whole(1, 9), 1.5)).toBe('x must be a whole number from 1 to 9, got 1.5');
    expect(said(real({ above: 0, below: 1 }), 1)).toBe('x must be a number above 0 and below 1, got 1');
    expect(said(real({ from: 0, to: 1 }), '1')).toBe('x must be a number from 0 to 1, got "1"');
    expect(said(oneOf(['mean', 'median']), 'meen')).toBe(
      'x must be one of mean, median, got "meen" (did you mean \'mean\'?)',
    );
    expect(said(listOf(whole(1)), [1, 5.5])).toBe('x[1] must be a whole number from 1, got 5.5');
    expect(said(either(whole(1), oneOf([Infinity])), 0)).toBe('x must be a whole number from 1 or Infinity, got 0');
    expect(said(listOf(whole(0)), [].constructor(90).fill(-1)).split(';')).toHaveLength(5);
  });
});

describe('checkOptions', () => {
  const rules = { steps: needed(whole(1)), rate: real({ from: 0 }), on: flag };

  it('takes what fits; an option that is not given is not looked at', () => {
    expect(() => checkOptions('walk', { steps: 1, rate: undefined, on: true }, rules)).not.toThrow();
  });

  it('says everything that is wrong in one sentence, and the name that was meant', () => {
    const wrong = { stesp: 3, rate: Number.NaN };
    expect(() => checkOptions<object>('walk', wrong, rules)).toThrow(
      new RangeError(
        "walk: there is no option 'stesp', did you mean 'steps'?; steps must be given, a whole number from 1; rate must be a number from 0, got NaN.",
      ),
    );
    expect(() => checkOptions<object>('walk', { steps: 1, toString: 1 }, rules)).toThrow(
      "walk: there is no option 'toString', there are steps, rate, on.",
    );
  });

  it('looks into options of options, and names where', () => {
    const groups = { groups: listOf(record({ decay: real({ from: 0 }) })) };
    expect(() => checkOptions('walk', { groups: [{ decay: 1 }, { decay: -1, deacy: 1 }] }, groups)).toThrow(
      "walk: there is no option 'groups[1].deacy', did you mean 'decay'?; groups[1].decay must be a number from 0, got -1.",
    );
    expect(() => checkOptions('walk', { groups: [5] }, groups)).toThrow('groups[0] must be an object, got 5');
  });

  it.each([null, undefined, 5, 'steps'])('refuses %o for options', (options) => {
    expect(() => checkOptions<unknown>('walk', options, {})).toThrow('walk: options must be an object, got');
  });
});

describe('checkArguments', () => {
  it('asks for every value', () => {
    expect(() => checkArguments('cut', { length: 5 }, { length: whole(1) })).not.toThrow();
    expect(() => checkArguments<{ length?: number }>('cut', {}, { length: whole(1) })).toThrow(
      'cut: length must be a whole number from 1, got undefined.',
    );
  });
});

describe('nearestName', () => {
  it('names the nearest, or all', () => {
    expect(nearestName('rdrop', ['r-drop', 'fgm'])).toBe("did you mean 'r-drop'?");
    expect(nearestName('length', ['corpus.length', 'fgm'])).toBe("did you mean 'corpus.length'?");
    expect(nearestName('dropout', ['r-drop', 'fgm'])).toBe('there are r-drop, fgm');
  });
});
