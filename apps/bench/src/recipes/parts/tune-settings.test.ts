import { expect, it } from 'vitest';
import { dropToken } from '../drop-token.ts';
import { resolveSettings } from '../settings.ts';
import { type ClassifierSettings, classifierSettings, learningOf } from './tune-settings.ts';

const toldOf = (changes: Readonly<Record<string, unknown>>) =>
  (resolveSettings(dropToken, 'laptop', changes) as { readonly tune: ClassifierSettings }).tune;

it('epochs are steps over the rows that there are, and come before `train.steps`', () => {
  expect(learningOf(toldOf({}), 1000)).toMatchObject({ steps: 120, batch: 16, rates: [], precision: 'float32' });
  expect(learningOf(toldOf({ 'tune.epochs': 3 }), 1000)).toMatchObject({ steps: 188, batch: 16 });
  expect(learningOf(toldOf({ 'tune.epochs': 0.001 }), 10)).toMatchObject({ steps: 1 });
  expect(learningOf(toldOf({ 'tune.precision': 'bfloat16' }), 10)).toMatchObject({ precision: 'bfloat16' });
  expect(() => toldOf({ 'tune.epochs': 0, 'tune.precision': 'half' })).toThrow(/tune\.epochs: .*tune\.precision: /s);
});

it('settings of records from before are those they ran by', () => {
  const { epochs: _epochs, precision: _precision, rates: _rates, whole: _whole, ...before } = toldOf({});
  expect(classifierSettings.parse(before)).toEqual(toldOf({}));
});
