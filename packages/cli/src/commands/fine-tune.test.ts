import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { smallModel, textsOf } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

let [folder, model, reviews] = ['', '', ''];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-fine-tune-command-'));
  model = await smallModel();
  reviews = join(folder, 'reviews.csv');
  const rows = textsOf(160).map((text, i) => `${text.slice(0, 3)}${i % 2 ? '坏' : '好'},${i % 2 ? 'bad' : 'good'}`);
  writeFileSync(reviews, `review,stars\n${rows.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const fineTune = (...words: string[]) => cloze('fine-tune', reviews, '--model', model, ...words);
const columns = ['--text', 'review', '--label', 'stars'];
const short = ['--epochs', '4', '--batch-size', '16', '--learning-rate', '3e-3', '--threads', '2'];

it('learns, tells what it takes and what came out, keeps the run and the model', async () => {
  const [out, output, board] = [join(folder, 'model'), join(folder, 'run'), join(folder, 'board')];
  const kept = ['--out', out, '--output', output, '--tensorboard', board];
  const found = await fineTune(...columns, ...short, ...kept, '--seeds', '2', '--regulariser', 'r-drop:alpha=1');
  expect(found.err).toContain(`${reviews}: 160 rows, 2 labels.\n`);
  expect(found.err).toMatch(/2 threads · 8 thousand parameters · about \d MiB · 2 × \d+ steps\n/);
  expect(found.err).toMatch(/█ \d+\/\d+ loss \d/);
  expect(found.out).toMatch(/^dev accuracy \d+\.\d % \(\d+\.\d to \d+\.\d\), macroF1 .*→ .*model\n$/);
  expect(found.code).toBe(0);
  const record = JSON.parse(readFileSync(join(output, 'record.json'), 'utf8')) as { seeds: number[]; dev: object };
  expect(record).toMatchObject({
    seeds: [1, 2],
    labels: ['bad', 'good'],
    identity: { settings: { learningRate: 3e-3 } },
  });
  expect(record).toMatchObject({ identity: { settings: { regulariser: { name: 'r-drop', alpha: 1 } } } });
  expect(readdirSync(board)).toEqual(['seed-1', 'seed-2']);
  const [good, bad] = ['床前好', '床前坏'];
  const predicted = await cloze('predict', out, good, bad);
  expect(predicted.out).toMatch(/^(good|bad) {3}[01]\.\d\d {3}床前好\n(good|bad) {3}[01]\.\d\d {3}床前坏\n$/);
  const rows = (await cloze('predict', out, reviews, '--text', 'review', '--json')).out.trimEnd().split('\n');
  expect(rows).toHaveLength(160);
  const { label, probabilities, input } = JSON.parse(rows[0] as string) as Record<string, string>;
  expect(probabilities).toMatchObject({ good: expect.any(Number), bad: expect.any(Number) });
  const lines = join(folder, 'lines.txt');
  writeFileSync(lines, `${input}\n`);
  expect((await cloze('predict', out, lines)).out).toContain(`${label}   `);
  const unnamed = await cloze('predict', out, reviews);
  expect(unnamed).toMatchObject({ code: 2, out: '' });
  expect(unnamed.err).toContain('has the columns review, stars: say which are read');
  const judged = await cloze('evaluate', out, reviews, ...columns, '--json');
  const right = rows.filter((line, i) => (JSON.parse(line) as { label: string }).label === (i % 2 ? 'bad' : 'good'));
  expect(JSON.parse(judged.out)).toMatchObject({ rows: 160, figures: { accuracy: { value: right.length / 160 } } });
  expect((await cloze('evaluate', out, reviews, ...columns)).out).toMatch(/^accuracy .* 160 rows\n$/);
});

it('compares two runs by their folders', async () => {
  const [plain, other] = [join(folder, 'plain'), join(folder, 'other')];
  const steps = [...columns, '--max-steps', '10', '--learning-rate', '3e-3', '--seeds', '3'];
  for (const [output, dropout] of [
    [plain, '0'],
    [other, '0.5'],
  ] as const)
    expect((await fineTune(...steps, '--dropout', dropout, '--output', output)).code).toBe(0);
  const compared = await cloze('compare', plain, other, '--json');
  const found = JSON.parse(compared.out) as { difference: number };
  const accuracyOf = (run: string) =>
    (JSON.parse(readFileSync(join(run, 'record.json'), 'utf8')) as { dev: { accuracy: { value: number } } }).dev
      .accuracy;
  expect(found).toMatchObject({ figure: 'accuracy', seeds: 3, caveats: [] });
  expect(found.difference).toBeCloseTo(accuracyOf(other).value - accuracyOf(plain).value, 10);
  const shown = await cloze('compare', plain, other, '--figure', 'macroF1');
  expect(shown.out).toMatch(
    /^macroF1: .*other is \d+\.\d\d points (above|below) .*plain \(.* to .*\), p = .*3 seeds; a difference/,
  );
  expect(await cloze('compare', plain, folder)).toMatchObject({ code: 1, out: '' });
});

it('--json gives the record; the same again goes on from what is there', async () => {
  const words = [...columns, '--max-steps', '3', '--batch-size', '8', '--output', join(folder, 'json'), '--json'];
  const [first, second] = [await fineTune(...words), await fineTune(...words)];
  expect(JSON.parse(first.out)).toMatchObject({ task: { kind: 'classification' }, trainings: [{ seed: 1, steps: 3 }] });
  const { trainings, ...rest } = JSON.parse(second.out) as Record<string, unknown>;
  expect(JSON.parse(first.out)).toMatchObject(rest);
  const other = await fineTune(...words, '--learning-rate', '1e-3');
  expect(other).toMatchObject({ code: 1, out: '' });
  expect(other.err).toContain('learningRate is 0.001, was 0.00005');
});

it('a signal saves and stops with 130, and says how to go on', async () => {
  const words = [...columns, ...short, '--epochs', '40', '--output', join(folder, 'stopped')];
  const stopping = fineTune(...words);
  await vi.waitFor(() => expect(existsSync(join(folder, 'stopped', 'seed-1'))).toBe(true), { timeout: 50_000 });
  process.emit('SIGINT');
  const stopped = await stopping;
  expect(stopped.err).toContain('SIGINT: saving and stopping after this step');
  expect(stopped.err).toMatch(/cloze: stopped in seed-1 after step \d+; the same call goes on from there\.\n$/);
  expect(stopped.code).toBe(130);
  expect((await fineTune(...words)).code).toBe(0);
});

it('says in one sentence what was wrong, before anything is learnt', async () => {
  const wrong = async (code: number, sentence: string | RegExp, ...words: string[]) => {
    const found = await fineTune(...words);
    expect(found.err).toMatch(sentence);
    expect(found).toMatchObject({ code, out: '' });
  };
  const out = ['--out', join(folder, 'none')];
  await wrong(2, 'give --out', ...columns);
  await wrong(2, 'no column is named; there are classification (--text, --label)', ...out);
  await wrong(2, '--task span needs --question, needs --context', '--task', 'span', '--text', 'review', ...out);
  await wrong(2, '--lora-alpha and --lora-targets belong to --lora', ...columns, '--lora-alpha', '3', ...out);
  await wrong(2, /unknown option '--learning-rat'\n.*--learning-rate/, ...columns, '--learning-rat', '3', ...out);
  await wrong(2, 'option=value', ...columns, '--regulariser', 'r-drop:alpha', ...out);
  await wrong(1, "no regulariser 'r-drpo'", ...columns, '--regulariser', 'r-drpo', ...out);
  await wrong(
    1,
    /column 'stras': is not there; there are review, stars/,
    '--text',
    'review',
    '--label',
    'stras',
    ...out,
  );
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'thesis.txt'), 'x');
  await wrong(2, 'holds files that are no model', ...columns, '--out', join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'config.json'), '{}');
  await wrong(2, "holds 'thesis.txt' beside its model, which would be lost", ...columns, '--out', join(folder, 'mine'));
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
