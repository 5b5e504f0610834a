import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runTraining } from '../run/run-training.ts';
import { logFile } from './log-file.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-log-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The steps that a log tells of, by what it says of them. */
const told = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly step?: number })
    .map(({ event, step }) => `${event} ${step ?? ''}`.trim());

const run = (path: string, steps: number) =>
  runTraining({
    maxSteps: steps,
    loggingSteps: 2,
    batchOf: (step) => step,
    step: async (step) => ({ loss: 1 / step }),
    tokensOf: () => 1,
    callbacks: [logFile(path)],
  });

it('writes a line for each event, and is there from the first on', async () => {
  const path = join(root, 'one.jsonl');
  await run(path, 4);
  expect(told(path)).toEqual(['begin', 'log 2', 'log 4', 'end 4']);
});

it('goes on where the run does: what lies after the checkpoint is written again, once', async () => {
  const path = join(root, 'two.jsonl');
  await run(path, 6);
  const log = logFile(path);
  // A checkpoint of step 3: the log of step 2 stays, those after it and the ends go.
  await log.onTrainBegin?.({ firstStep: 4, maxSteps: 6 });
  expect(told(path)).toEqual(['log 2', 'begin']);
  await log.onLog?.(4, { loss: 0.5 }, { firstStep: 4 });
  expect(told(path)).toEqual(['log 2', 'begin', 'log 4']);
});
