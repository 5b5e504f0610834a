import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findRecords } from '@cloze/bench';
import { expect, it } from 'vitest';
import { alongThePath } from './along-the-path.ts';
import { articleFigures } from './article-figures.ts';
import { whatIsHidden, whatIsRemoved } from './what-is-hidden.ts';
import { inputsThatCount } from './which-inputs-count.ts';

const repository = resolve(import.meta.dirname, '../../..');

it('an answer of T-TA depends on all tokens but its own, of BERT on all, left to right on none that follow', () => {
  const verse = [...'床前明月光'];
  const expected = {
    BERT: () => true,
    'left to right': (a: number, t: number) => t <= a,
    'T-TA': (a: number, t: number) => t !== a,
  };
  for (const { model, answer, token, counts } of inputsThatCount())
    expect({ model, answer, token, counts }).toEqual({
      ...{ model, answer, token },
      counts: expected[model](verse.indexOf(answer), verse.indexOf(token)) ? 'yes' : 'no',
    });
});

it('a verse of 14 characters and two marks loses and hides what the rates say', async () => {
  const of = (rows: readonly Readonly<Record<string, unknown>>[], policy: string, fate: string) =>
    rows.filter((row) => row.policy === policy && row.fate === fate).length;
  const hidden = (await whatIsHidden()).rows;
  const all = hidden.filter(({ policy }) => policy === 'bert').length;
  for (const [policy, rate] of [
    ['mask-40', 0.4],
    ['mask-80', 0.8],
  ] as const)
    expect(Math.abs(of(hidden, policy, '[MASK], asked') - rate * all), policy).toBeLessThanOrEqual(1.2);
  expect(of(hidden, 't-ta', 'itself, asked')).toBe(all);
  const removed = (await whatIsRemoved()).rows;
  expect(of(removed, 'DropToken 50 %', 'removed')).toBe(Math.floor(all / 2));
  expect(of(removed, 'MAE 75 %', 'removed')).toBe(Math.round(0.75 * all));
});

it('what the integral gives adds up to what the output rose by; the gradient at the input leaves the saturated one out', async () => {
  const { rows } = await alongThePath();
  const given = (way: string) => rows.filter((row) => row.way === way).map(({ share }) => share as number);
  expect(given('gradient × input')).toEqual([expect.closeTo(4 / Math.cosh(4) ** 2, 12), 0.25]);
  const [x = 0, y = 0] = given('32 steps');
  expect(x + y).toBeCloseTo(Math.tanh(4) + 0.25, 4);
});

it('the pages about the articles show every figure, and none that is not drawn', async () => {
  const pages = join(repository, 'docs/articles');
  const shown = readdirSync(pages).flatMap((file) =>
    [...readFileSync(join(pages, file), 'utf8').matchAll(/\(figure:([\w-]+)\)/g)].map(([, name]) => name),
  );
  const drawn = [...(await articleFigures(findRecords(join(repository, 'records')).records)).keys()];
  expect([...new Set(shown)].sort()).toEqual(drawn.sort());
});
