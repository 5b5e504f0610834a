import { expect, it } from 'vitest';
import { babyLm } from '../babylm.ts';
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

it('a rate is searched for the small tasks of babylm alone', () => {
  const ratesOf = (task: string) => {
    const arm = babyLm.arms(babyLm.sizes.laptop).find(({ name }) => name === `modern.${task}`);
    return resolveSettings(babyLm, 'laptop', {}, arm);
  };
  for (const task of ['ocnli', 'cluewsc2020'])
    expect(ratesOf(task)).toMatchObject({ task, tune: { rates: [2e-4, 5e-4, 1e-3] } });
  for (const task of ['tnews', 'afqmc']) expect(ratesOf(task)).toMatchObject({ task, tune: { rates: [] } });
  expect(ratesOf('tnews')).toMatchObject({ tune: { dropout: 0.1, precision: 'float32' } });
});

it('settings of records from before are those they ran by', () => {
  const { epochs: _epochs, precision: _precision, rates: _rates, whole: _whole, ...before } = toldOf({});
  expect(classifierSettings.parse(before)).toEqual(toldOf({}));
});
