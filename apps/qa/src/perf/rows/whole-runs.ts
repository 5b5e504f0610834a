import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { welchT } from '@cloze/eval';
import { integerBelow, streamFrom } from '@cloze/random';
import { peerScript, pythonOf } from '../peer-script.ts';
import { ideograph, ideographs, saveRandomCheckpoint } from '../random-checkpoint.ts';
import type { Figure, Measurement, PerfContext } from '../row.ts';
import { textToLoss } from '../text-to-loss.ts';
import { runToEnd, type WholeRun } from '../whole-runs/run-to-end.ts';
import { sizeName } from '../work.ts';

const size = { layers: 12, width: 768, batch: 8, length: 128 };
const [steps, rounds, seeds] = [32, 2, 6];

const program = fileURLToPath(new URL(`../whole-runs/own-process${import.meta.url.slice(-3)}`, import.meta.url));
const round = (value: number, digits = 2) => Number(value.toFixed(digits));
// Runs that were measured, at most some dozens.
const least = (runs: readonly WholeRun[], figure: string) => Math.min(...runs.map((run) => run[figure] as number));

/** Lines of a source that do something. */
const linesOf = (text: string) =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;

/** Both sides in turn, each from the start of its process to its figures. */
async function inTurn(
  context: PerfContext,
  args: (side: 'ours' | 'theirs', turn: number) => readonly (string | number)[],
  turns = rounds,
): Promise<{ readonly ours: WholeRun[]; readonly theirs: WholeRun[] }> {
  const [ours, theirs]: [WholeRun[], WholeRun[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    ours.push(await runToEnd(process.execPath, [...process.execArgv, program, ...args('ours', turn)]));
    theirs.push(await runToEnd(pythonOf(context), [peerScript('transformers_run.py'), ...args('theirs', turn)]));
  }
  return { ours, theirs };
}

/** Time and memory of a whole run against transformers'. */
function figuresOf(
  row: string,
  { ours, theirs }: { readonly ours: WholeRun[]; readonly theirs: WholeRun[] },
): Figure[] {
  const [mine, its] = [least(ours, 'seconds'), least(theirs, 'seconds')];
  const [memory, itsMemory] = [least(ours, 'peakMegabytes'), least(theirs, 'peakMegabytes')];
  return [
    {
      row: `${row}: seconds, to PyTorch's`,
      ...{ value: round(mine / its), unit: 'times', reach: 1.1, reach_is: 'at most' },
      ...{ ours_s: round(mine, 1), torch_s: round(its, 1), ours_all: ours.map(({ seconds }) => round(seconds, 1)) },
      torch_all: theirs.map(({ seconds }) => round(seconds, 1)),
    },
    {
      row: `${row}: peak memory, to PyTorch's`,
      ...{ value: round(memory / itsMemory), unit: 'times', reach: 1.1, reach_is: 'at most' },
      ...{ ours_mb: round(memory, 0), torch_mb: round(itsMemory, 0) },
    },
  ];
}

/** Runs in a folder of its own that has the checkpoint. */
async function inFolder(run: (folder: string) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-whole-run-'));
  try {
    await saveRandomCheckpoint(join(folder, 'model'), size);
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A text that fills a row, its two special tokens beside it. */
const fullRow = (random: { next(): number }) =>
  Array.from({ length: size.length - 2 }, () => ideograph(integerBelow(random, ideographs))).join('');

const fineTuning: Measurement = {
  row: `fine-tuning ${sizeName(size)}, ${steps} steps and 64 dev rows, from an interpreter that starts to figures`,
  needs: ['python'],
  measure: (context) =>
    inFolder(async (folder) => {
      const random = streamFrom(3);
      const write = (name: string, rows: number) => {
        const lines = Array.from({ length: rows }, (_, i) => JSON.stringify({ text: fullRow(random), label: i % 15 }));
        writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
        return join(folder, name);
      };
      const [train, dev] = [write('train.jsonl', steps * size.batch), write('dev.jsonl', 64)];
      const args = ['fine-tune', join(folder, 'model'), train, dev, size.length, size.batch, 1, 2e-5, 1];
      return figuresOf(fineTuning.row, await inTurn(context, () => args));
    }),
};

const pretraining: Measurement = {
  row: `going on with pretraining ${sizeName(size)}, ${steps} steps, a checkpoint before and after, from an interpreter that starts to the last loss`,
  needs: ['python'],
  measure: (context) =>
    inFolder(async (folder) => {
      const random = streamFrom(4);
      const corpus = join(folder, 'corpus.txt');
      writeFileSync(corpus, Array.from({ length: steps * size.batch * 2 }, () => `${fullRow(random)}\n`).join(''));
      const args = ['pretrain', join(folder, 'model'), corpus, size.length, size.batch, steps, 1e-4];
      return figuresOf(
        pretraining.row,
        await inTurn(context, (side, turn) => [...args, join(folder, `${side}-${turn}`)]),
      );
    }),
};

/** Does it learn as much? Real rows, a checkpoint that has learnt, the same settings, several seeds. */
const accuracy: Measurement = {
  row: 'fine-tuning on TNEWS (data/clue), 3 epochs of batch 32, rate 2e-4, 48 tokens: dev accuracy',
  needs: ['python', 'data', 'model'],
  measure: async (context) => {
    const { data = '', model = '' } = context;
    const folder = mkdtempSync(join(tmpdir(), 'cloze-whole-run-'));
    try {
      const copy = (name: string) => {
        const rows = readFileSync(join(data, 'clue', 'tnews', `${name}.json`), 'utf8')
          .split('\n')
          .filter(Boolean);
        const lines = rows.map((line) => {
          const { sentence, label } = JSON.parse(line) as { sentence: string; label: string | number };
          return JSON.stringify({ text: sentence, label: String(label) });
        });
        writeFileSync(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`);
        return join(folder, `${name}.jsonl`);
      };
      const args = ['fine-tune', model, copy('train'), copy('dev'), 48, 32, 3, 2e-4];
      const { ours, theirs } = await inTurn(context, (_, turn) => [...args, turn + 1], seeds);
      const [mine, its] = [ours, theirs].map((runs) => runs.map((run) => 100 * (run.accuracy as number)));
      // Two runs of one side differ by some two points: only an interval tells less from equal.
      const { difference, low, high } = welchT(mine ?? [], its ?? []);
      return [
        {
          row: `${accuracy.row}, ${seeds} seeds: the most that ours less theirs may be, by 95 % interval`,
          ...{ value: round(high), unit: 'points', reach: 0, reach_is: 'at least' },
          ...{ difference: round(difference), low: round(low), high: round(high) },
          ...{ ours: mine?.map((value) => round(value)), theirs: its?.map((value) => round(value)) },
          ...{ ours_s: round(least(ours, 'seconds'), 1), torch_s: round(least(theirs, 'seconds'), 1) },
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const lines: Measurement = {
  row: 'lines of examples/fine-tune.ts, and of the same with transformers',
  measure: async () => {
    const script = readFileSync(peerScript('transformers_run.py'), 'utf8');
    const parts = script.split(/^def /m);
    const theirs = parts.filter((part) => /^(optimiser_of|update|fine_tune)\b/.test(part));
    const own = readFileSync(fileURLToPath(new URL('../../../../../examples/fine-tune.ts', import.meta.url)), 'utf8');
    return [
      {
        row: lines.row,
        ...{ value: linesOf(own), unit: 'lines', reach: 25, reach_is: 'at most' },
        theirs: theirs.reduce((sum, part) => sum + linesOf(part), 0),
      },
    ];
  },
};

/** How far a reader has to go who follows a text to its loss. */
const files: Measurement = {
  row: 'files from a text to its loss',
  measure: async () => {
    const touched = await textToLoss();
    return [
      {
        row: files.row,
        value: touched.length,
        unit: 'files',
        reach: 18,
        reach_is: 'at most',
        files: touched.join(' '),
      },
    ];
  },
};

/** Whole trainings as a user calls them, against the same with transformers and PyTorch. */
export const wholeRunRows: readonly Measurement[] = [fineTuning, pretraining, accuracy, lines, files];
