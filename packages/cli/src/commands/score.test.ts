import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expected, tinyMlm } from '../../../models/test/tiny-mlm.ts';
import { addExplain } from './explain.ts';
import { addScore } from './score.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-command-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command writes to stdout. */
async function output(...words: string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addScore(program);
  addExplain(program);
  let written = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written += text), true));
  try {
    await program.parseAsync(['node', 'bench', ...words, '--model', tinyMlm, '--engine', 'reference']);
  } finally {
    spy.mockRestore();
  }
  return written;
}
function file(content: string): string {
  const path = join(folder, 'input.txt');
  writeFileSync(path, content);
  return path;
}
const objects = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('score --json: an object a line, the summary last', async () => {
  const found = objects(await output('score', file(`${expected.texts.join('\n')}\n`), '--json'));
  expect(found).toHaveLength(expected.texts.length + 1);
  const total = (row: readonly number[] = []) => row.reduce((a, b) => a + b, 0);
  for (const [i, text] of expected.texts.entries())
    expect(found[i]).toMatchObject({
      line: i + 1,
      text,
      score: expect.closeTo(total(expected.masked[i]), 3),
      truncated: false,
    });
  const all = expected.masked.flat();
  expect(found.at(-1)).toMatchObject({
    summary: {
      kind: 'masked',
      texts: 5,
      tokens: all.length,
      pseudoPerplexity: expect.closeTo(Math.exp(-total(all) / all.length), 0),
    },
  });
});

it('score for people: a line a sentence and the pseudo-perplexity', async () => {
  const shown = await output('score', file('明月\n'), '--kind', 'masked-words');
  expect(shown).toMatch(/^-\d+\.\d{3} {2}2 tokens {2}明月\n1 sentences, 2 tokens \(masked-words\); pseudo-perplexity /);
});

it('score --form parts, pairs, n-best', async () => {
  expect(objects(await output('score', file('床前明月\t明月\n'), '--form', 'parts', '--json'))[0]).toMatchObject({
    text: '床前明月',
    part: '明月',
    count: 2,
  });
  const pairs = objects(await output('score', file('明月\t月明\n'), '--form', 'pairs', '--json'));
  expect(pairs.at(-1)).toMatchObject({ summary: { pairs: 1 } });
  const which = objects(await output('score', file('明月明\t明\t2\n'), '--form', 'parts', '--json'))[0];
  expect(which?.tokens).toMatchObject([
    ['[CLS]', null],
    ['明', null],
    ['月', null],
    ['明', expect.any(Number)],
    ['[SEP]', null],
  ]);
  await expect(output('score', file('明月明\t明\n'), '--form', 'parts')).rejects.toThrow('occurs 2 times');
  await expect(output('score', file('明月明\t明\tzwei\n'), '--form', 'parts')).rejects.toThrow('which (1, 2, …)');
  const long = `${'明'.repeat(30)}`;
  const cut = objects(await output('score', file(`${long}月\t${long}光\n`), '--form', 'pairs', '--json'));
  expect(cut).toMatchObject([{ line: 1, cut: 2, right: false }, { summary: { pairs: 1, truncated: 1, cut: 2 } }]);
  const list = '{"id":"a","hypotheses":[{"text":"明月","score":-1},{"text":"月光","score":-9}]}';
  const ranked = objects(await output('score', file(list), '--form', 'n-best', '--weight', '0', '--json'));
  expect(ranked[0]).toMatchObject({ id: 'a', hypotheses: [{ text: '明月' }, { text: '月光' }] });
  expect(ranked[1]).toMatchObject({ summary: { lists: 1, weight: 0, errorRateBefore: null } });
});

describe('score --form minimal-pairs', () => {
  const pair = (good: string, bad: string, UID: string, phenomenon: string) =>
    `${JSON.stringify({ UID, phenomenon, sentence_good: good, sentence_bad: bad })}\n`;
  const put = (name: string, content: string) => {
    const path = join(folder, 'zhoblimp', name);
    mkdirSync(join(folder, 'zhoblimp'), { recursive: true });
    writeFileSync(path, content);
    return path;
  };

  it('reads folders and patterns; a pair a line and figures by phenomenon and paradigm, or one table', async () => {
    const first = put('a.jsonl', pair('明月光', '光月明', 'order', 'BA') + pair('床', '床', 'order', 'BA'));
    put('b.jsonl', pair('地上霜', '霜地上', 'place', 'BEI') + pair('地上', '上地', 'place', 'BEI'));
    const words = [join(folder, 'zhoblimp'), '--form', 'minimal-pairs'];
    const found = objects(await output('score', ...words, '--json', '--normalise', '0.5'));
    expect(found).toHaveLength(5);
    expect(found[0]).toMatchObject({
      file: first,
      line: 1,
      texts: ['明月光', '光月明'],
      paradigm: 'order',
      group: 'BA',
    });
    expect(found[4]).toMatchObject({
      summary: {
        kind: 'masked',
        normalise: 0.5,
        pairs: 4,
        ties: 1,
        low: expect.any(Number),
        groups: [{ name: 'BA', pairs: 2 }, { name: 'BEI' }],
        paradigms: [{ name: 'order', ties: 1 }, { name: 'place' }],
      },
    });
    const table = await output(
      'score',
      join(folder, 'zhoblimp', '*.jsonl'),
      '--form',
      'minimal-pairs',
      '--most-pairs',
      '1',
    );
    expect(table).toMatch(/│ BEI +│ +│ +1 │ +0 │/);
    expect(table).toMatch(/│ all pairs +│ +│ +2 │ +0 │/);
    expect(table).toContain('mean of 2 phenomena');
  });

  it('names every line that is no pair, and options of another form', async () => {
    rmSync(join(folder, 'zhoblimp'), { recursive: true });
    const bad = put('a.jsonl', '{}\n{"UID": "a"}\n');
    await expect(output('score', bad, '--form', 'minimal-pairs')).rejects.toThrow(
      /lines that are no minimal pair: 2[\s\S]*a\.jsonl:1: sentence_good is nothing[\s\S]*a\.jsonl:2/,
    );
    await expect(output('score', bad, bad, '--form', 'pairs')).rejects.toThrow('--form pairs reads one file, got 2');
    await expect(output('score', bad, '--most-pairs', '2')).rejects.toThrow('belongs to --form minimal-pairs');
    await expect(output('score', bad, '--normalise', 'length')).rejects.toThrow('belongs to pairs and n-best');
    await expect(output('score', bad, '--form', 'n-best', '--normalise', '0.5')).rejects.toThrow('belongs to pairs');
    await expect(output('score', bad, '--normalise', '3')).rejects.toThrow('expected none, length or a number');
  });
});

it('score names what is wrong', async () => {
  await expect(output('score', file('\n \n'))).rejects.toThrow('has no lines of text');
  await expect(output('score', file('明月'), '--form', 'parts')).rejects.toThrow(
    'line 1: expected a sentence, a part of it',
  );
  await expect(output('score', file('明月'), '--form', 'n-best')).rejects.toThrow('line 1: no JSON');
  await expect(output('score', file('明月'), '--weight', '2')).rejects.toThrow(
    'expected a number from 0 to 1, or tune',
  );
  await expect(output('score', file('明月'), '--kind', 'one-pass')).rejects.toThrow('needs a T-TA');
  await expect(output('score', join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
});

it('explain: JSON, a page written whole, plain text off a terminal', async () => {
  const page = join(folder, 'explained.html');
  const words = ['explain', expected.token.text, '--target', '月', '--html', page];
  const [found] = objects(await output(...words, '--json'));
  expect(found).toMatchObject({
    target: '月',
    method: 'integrated-gradients',
    steps: 20,
    value: expect.closeTo(expected.token.value, 3),
  });
  expect(readFileSync(page, 'utf8')).toContain('(completeness)');
  expect(readdirSync(folder)).not.toContain('explained.html.part');
  expect(existsSync(page)).toBe(true);
  const plain = await output('explain', expected.token.text, '--method', 'saliency');
  expect(plain).toMatch(/\+{20}/);
  expect(plain).not.toContain('\u001b');
});
