import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { smallModel, textsOf } from '../../../models/test/small-model.ts';
import { run } from '../run.ts';

let [folder, model, reviews] = ['', '', ''];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-fine-tune-command-'));
  model = await smallModel();
  reviews = join(folder, 'reviews.csv');
  const rows = textsOf(160).map((text, i) => `${text.slice(0, 3)}${i % 2 ? '坏' : '好'},${i % 2 ? 'bad' : 'good'}`);
  writeFileSync(reviews, `review,stars\n${rows.join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** What a command line writes, and its exit code. */
async function cloze(...words: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  const code = await run(words);
  vi.restoreAllMocks();
  return { code, out: out.join(''), err: err.join('') };
}
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
  expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
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
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
