import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { sizes } from '../big-corpus/sizes.ts';
import type { Figure, Measurement, PerfContext } from '../row.ts';
import { sizeName } from '../work.ts';

const [small, large] = [300e6, 3e9];
const steps = 300;
/** Behind the checkpoint of step 250, before the end. */
const killedAfter = 280;
const idleSteps = 200;

/** What a process of `big-corpus/pretraining-process.ts` says, all its lines together. */
interface Said {
  readonly firstStepSeconds: number;
  readonly tokensPerSecond: number;
  readonly peakMegabytes: number;
  readonly weights: string;
  readonly idlePercent: number;
}

const program = fileURLToPath(
  new URL(`../big-corpus/pretraining-process${import.meta.url.slice(-3)}`, import.meta.url),
);

/** Runs it to its end, or kills it after a step. @throws with its last words when it fails */
async function runProcess(args: readonly (string | number)[], killAfter = Number.POSITIVE_INFINITY): Promise<Said> {
  const child = spawn(process.execPath, [...process.execArgv, program, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let said = {};
  let step = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const more = JSON.parse(line) as Said & { readonly step?: number };
    said = { ...said, ...more };
    if (more.step === undefined || step >= killAfter) continue;
    step = more.step;
    if (step >= killAfter) child.kill('SIGKILL');
  }
  const code = await ended;
  if (code !== 0 && step < killAfter) throw new Error(complaint.trim().split('\n').at(-1) || `exit code ${code}`);
  return said as Said;
}

/** Writes the corpus of a data folder, the largest there is, again and again until a file has so many bytes. */
async function repeated(data: string, file: string, bytes: number): Promise<void> {
  const folder = join(data, 'corpus');
  const all = readdirSync(folder).filter((name) => name.endsWith('.txt.gz'));
  const parts = all.filter((name) => name.startsWith('zh-large'));
  for (let written = 0; written < bytes; )
    for (const part of parts.length > 0 ? parts : all) {
      const target = createWriteStream(file, { flags: 'a' });
      await pipeline(createReadStream(join(folder, part)), createGunzip(), target);
      written += target.bytesWritten;
      if (written >= bytes) break;
    }
}

async function measure({ data = '' }: PerfContext): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-big-corpus-'));
  const at = (name: string) => join(folder, name);
  try {
    await repeated(data, at('small.txt'), small);
    await repeated(data, at('large.txt'), large);
    const few = await runProcess(['whole', at('small.txt'), at('few'), steps]);
    const many = await runProcess(['whole', at('large.txt'), at('many'), steps]);
    await runProcess(['whole', at('large.txt'), at('killed'), steps], killedAfter);
    const resumed = await runProcess(['whole', at('large.txt'), at('killed'), steps]);
    const loop = await runProcess(['loop', at('large.txt'), at('many'), idleSteps]);
    const name = `pretraining ${sizeName({ ...sizes, batch: sizes.batchSize })} from nothing on a text file of 3 GB`;
    const round = (value: number, digits = 1) => Number(value.toFixed(digits));
    return [
      {
        row: `${name}: until its first step has ended`,
        ...{ value: round(many.firstStepSeconds), unit: 's', reach: 60, reach_is: 'at most' },
        with_300_mb: round(few.firstStepSeconds),
      },
      {
        row: `${name}: peak memory, to that on 300 MB`,
        ...{ value: round(many.peakMegabytes / few.peakMegabytes, 3), unit: 'times', reach: 1.1, reach_is: 'at most' },
        ...{ peak_mb: round(many.peakMegabytes, 0), with_300_mb: round(few.peakMegabytes, 0) },
        tokens_per_second: round(many.tokensPerSecond, 0),
        tokens_per_second_with_300_mb: round(few.tokensPerSecond, 0),
      },
      {
        row: `${name}: waiting for batches over ${idleSteps} steps, the file tokenised meanwhile`,
        ...{ value: round(loop.idlePercent, 2), unit: '% of the run', reach: 5, reach_is: 'at most' },
      },
      {
        row: `${name}: killed after step ${killedAfter} and resumed, weights of step ${steps} that differ`,
        ...{ value: many.weights === resumed.weights ? 0 : 1, unit: 'runs', reach: 0, reach_is: 'at most' },
        weights: many.weights,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows about a corpus far larger than memory should hold. */
export const bigCorpusRows: readonly Measurement[] = [
  { row: 'pretraining on a corpus of 3 GB', needs: ['data'], measure },
];
