import { type EngineName, engineNames, type OperationTime, type Placement } from '@cloze/backend';
import { openEngine } from '@cloze/models/node';
import { UsageError, whole, writeWhole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { chromeTrace } from '../perf/chrome-trace.ts';
import { mlmTraining } from '../perf/mlm-training.ts';
import { summariseTimes } from '../perf/summarise-times.ts';
import { sizeName, type Work } from '../perf/work.ts';

/** Options of a profile. */
export interface ProfileOptions extends Work {
  readonly engine?: EngineName;
  readonly steps: number;
  readonly fuse: boolean;
  readonly matmulPrecision: NonNullable<Placement['matmulPrecision']>;
  readonly trace?: string;
  readonly json: boolean;
}

/** Watches training steps of a random BERT and prints what each kind of operation costs. @throws {UsageError} on an engine without graphs */
export async function profileCommand({
  engine: name,
  steps,
  fuse,
  matmulPrecision,
  trace,
  json,
  ...work
}: ProfileOptions): Promise<void> {
  const { engine } = await openEngine(name);
  if (!engine.name.startsWith('tensorflow') && !engine.name.startsWith('onnx')) {
    engine.dispose();
    throw new UsageError(
      `profile: libtensorflow and ONNX Runtime say what their operations cost, the engine here is ${engine.name}; see 'cloze-backend doctor'.`,
    );
  }
  let last: readonly OperationTime[] = [];
  const { training, nextBatch } = mlmTraining(engine, work, {
    ...(fuse ? {} : { fuse }),
    ...(matmulPrecision !== 'float32' && { matmulPrecision }),
    onRun: (times) => {
      last = times;
    },
  });
  const seen: (readonly OperationTime[])[] = [];
  const took: number[] = [];
  for (let step = -2; step < steps; step++) {
    const batch = nextBatch();
    const before = performance.now();
    await training.run(batch);
    if (step < 0) continue;
    took.push(performance.now() - before);
    seen.push(last);
  }
  training.dispose();
  engine.dispose();
  const costs = summariseTimes(seen);
  if (trace !== undefined) writeWhole(trace, chromeTrace(seen.at(-1) as readonly OperationTime[]));
  if (json) {
    for (const cost of costs) process.stdout.write(`${JSON.stringify(cost)}\n`);
    return;
  }
  const row = (operation: string, calls: string | number, ms: string, share: string) =>
    `${operation.padEnd(28)}${String(calls).padStart(6)}${ms.padStart(10)}${share.padStart(8)}\n`;
  process.stdout.write(row('operation', 'calls', 'ms', 'share'));
  for (const { operation, calls, ms, share } of costs.filter(({ ms }) => ms >= 0.01))
    process.stdout.write(row(operation, calls, ms.toFixed(2), `${(share * 100).toFixed(1)} %`));
  const kernels = costs.reduce((total, { ms }) => total + ms, 0);
  const least = took.reduce((low, ms) => Math.min(low, ms), Number.POSITIVE_INFINITY);
  process.stdout.write(
    `step ${sizeName(work)}: ${least.toFixed(1)} ms at least, watched; ${kernels.toFixed(1)} ms of kernels, side by side\n`,
  );
}

/** Declares `qa profile`. */
export function addProfile(program: Command): void {
  program
    .command('profile')
    .description('where the time of a training step goes, operation by operation')
    .addOption(new Option('--engine <name>', 'what to watch; default: the best there is').choices(engineNames))
    .option('--layers <number>', 'layers of the encoder', whole(1), 2)
    .option('--width <number>', 'its width', whole(64), 128)
    .option('--batch <number>', 'rows of a batch', whole(1), 32)
    .option('--length <number>', 'tokens of a row', whole(8), 64)
    .option('--steps <number>', 'watched steps, after two of warm-up', whole(1), 10)
    .option('--no-fuse', 'without stretches that XLA compiles (libtensorflow)')
    .addOption(
      new Option('--matmul-precision <type>', 'of matrix products').choices(['float32', 'bfloat16']).default('float32'),
    )
    .option('--trace <file>', 'also write the last step for chrome://tracing or ui.perfetto.dev')
    .option('--json', 'one JSON object a kind of operation on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa profile --layers 4 --width 256 --trace step.json')
    .action(profileCommand);
}
