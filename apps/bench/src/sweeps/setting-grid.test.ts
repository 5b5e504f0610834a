import { expect, it } from 'vitest';
import { settingGrid } from './setting-grid.ts';

it('is every combination, the last path fastest; a setting with one value does not name a folder', () => {
  const points = settingGrid(['train.steps=100,200', 'rate=0.1', 'mask=[1,2],{"a":"x,y"}']);
  expect(points.map(({ changes }) => Object.values(changes))).toEqual([
    [100, 0.1, [1, 2]],
    [100, 0.1, { a: 'x,y' }],
    [200, 0.1, [1, 2]],
    [200, 0.1, { a: 'x,y' }],
  ]);
  expect(settingGrid(['train.steps=100,200', 'rate=0.1']).map(({ label }) => label)).toEqual([
    'train.steps=100',
    'train.steps=200',
  ]);
  expect(settingGrid([])).toEqual([{ changes: {}, label: '' }]);
});

it('names of folders hold no slash, and differ where values do', () => {
  const labels = settingGrid(['encoder=../a/b,../a-b']).map(({ label }) => label);
  expect(labels[0]).toMatch(/^encoder=\.\.-a-b-[0-9a-f]{8}$/);
  expect(labels[1]).toBe('encoder=..-a-b-'.concat(labels[1]?.slice(-8) ?? ''));
  expect(new Set(labels).size).toBe(2);
});

it('refuses what is given twice or is empty', () => {
  expect(() => settingGrid(['a=1', 'a=2'])).toThrow('--set a is given twice; put its values behind one: a=a,b.');
  expect(() => settingGrid(['a=1,1'])).toThrow('--set a=1,1: a value stands there twice.');
  expect(() => settingGrid(['a=1,'])).toThrow('an empty value');
  expect(() => settingGrid(['a'])).toThrow('expected path=value');
});
