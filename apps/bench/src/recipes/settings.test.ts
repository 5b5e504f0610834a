import { describe, expect, it } from 'vitest';
import { dropToken } from './drop-token.ts';
import { parseAssignment, resolveSettings, settingPaths } from './settings.ts';

describe('settings', () => {
  it('change by path, the arm last, and leave the recipe as it is', () => {
    const arm = { name: 'a', row: 'a', set: { rate: 0.5 } };
    const settings = resolveSettings(dropToken, 'tiny', { 'tune.train.steps': 9, rate: 0.2 }, arm);
    expect(settings).toMatchObject({ rate: 0.5, tune: { length: 32, train: { steps: 9 } } });
    expect(dropToken.sizes.tiny).toMatchObject({ tune: { train: { steps: 4 } } });
  });
  it('an unknown path is an error with the nearest known one; all problems at once', () => {
    expect(() => resolveSettings(dropToken, 'tiny', { 'tune.train.stepz': 9, ratte: 1 })).toThrow(
      "drop-token: 'tune.train.stepz' is no setting; did you mean 'tune.train.steps'?; 'ratte' is no setting; did you mean 'rate'?",
    );
    expect(() => resolveSettings(dropToken, 'tiny', { zzzzzzzz: 1 })).toThrow('there are tune.train.steps');
  });
  it('a value that does not fit is named with its path', () => {
    expect(() => resolveSettings(dropToken, 'tiny', { rate: 1, 'tune.train.steps': 0.5 })).toThrow(
      /tune\.train\.steps: .*; rate: /,
    );
    expect(() => resolveSettings(dropToken, 'tiny', { tune: { length: 8, depth: 3 } })).toThrow(/depth/);
  });
  it('assignments are JSON where they can be', () => {
    expect(parseAssignment('a.b=3')).toEqual(['a.b', 3]);
    expect(parseAssignment('task=tnews')).toEqual(['task', 'tnews']);
    expect(parseAssignment('tasks=["a","b=c"]')).toEqual(['tasks', ['a', 'b=c']]);
    expect(() => parseAssignment('steps')).toThrow('expected path=value');
    expect(settingPaths({ a: { b: 1 }, c: [1] })).toEqual(['a.b', 'c']);
  });
});
