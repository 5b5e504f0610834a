import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { EngineName } from '@cloze/backend';
import { engineNames } from '@cloze/backend';
import { readPoetry } from '@cloze/datasets/node';
import { InterruptedError, installEngine } from '@cloze/models/node';
import type { TrainingCallback } from '@cloze/trainer';
import Table from 'cli-table3';
import { progress, stopSignals, whole, writeWhole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { quickStart } from '../pipeline.ts';
import { curveFile } from '../quick-start/curve-file.ts';
import { planFor } from '../quick-start/plan.ts';
import { quickStartReport } from '../quick-start/report.ts';
import { modelHeader, modelRows, riddleLine, verdicts } from '../quick-start/result-table.ts';

/** Options of the quick start. */
export interface QuickStartOptions {
  readonly seed: number;
  readonly engine?: EngineName | undefined;
  readonly steps?: number | undefined;
  readonly out: string;
  readonly fresh: boolean;
  readonly json: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Shows how far a part is, with the time left. */
function shown(part: string): TrainingCallback {
  let show: ((done: number, note: string) => void) | undefined;
  let [tokens, from] = [0, 0];
  return {
    onTrainBegin: ({ maxSteps }) => {
      show = progress(part, maxSteps);
      from = performance.now();
    },
    onStepEnd: ({ step, loss, tokens: more }) => {
      tokens += more;
      show?.(step, `loss ${loss.toFixed(2)}, ${Math.round((1000 * tokens) / (performance.now() - from))} tokens/s,`);
    },
  };
}

/** Pretrains, scores and fine-tunes an encoder on verse, then shows what came out; goes on where it was stopped. */
export async function quickStartCommand(options: QuickStartOptions): Promise<void> {
  const { seed, engine: wanted, steps, out, fresh, json } = options;
  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const { engine, refused } = await installEngine(wanted, say);
  const plan = planFor(engine.name, steps);
  say(`engine: ${engine.name} ${engine.version}`);
  for (const { name, reason } of refused) say(`  not ${name}: ${reason}`);
  say(
    `plan: ${plan.name}, T-TA of ${plan.layers} layer, width ${plan.width}, ${plan.pretrainSteps} steps (${elapsed()})`,
  );
  const packaged = join(dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json')), 'dist');
  const poems = readPoetry(packaged);
  say(`text: ${poems.length.toLocaleString('en')} poems of the npm package chinese-poetry (${elapsed()})`);
  // Runs of different settings lie side by side.
  const folder = join(out, `${engine.name}-seed-${seed}${steps === undefined ? '' : `-steps-${steps}`}`);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const curve = curveFile(join(folder, 'pretraining.jsonl'));
  try {
    const result = await quickStart(engine, poems, plan, {
      seed,
      folder,
      say,
      signal: stopSignals(say),
      watch: (part) => [shown(part), ...(part === 'pretraining' ? [curve] : [])],
    });
    const encoder = join(folder, 'encoder');
    const commands = [
      `node packages/cli/dist/cli.js fill "春眠不覺曉，處處聞[MASK]鳥。" --model ${encoder}`,
      'pnpm bench list',
    ];
    const html = await quickStartReport(result, curve.points(), {
      engine: `${engine.name} ${engine.version}`,
      seed,
      commands,
    });
    writeWhole(join(out, 'report.html'), html);
    writeWhole(join(out, 'result.json'), JSON.stringify(result));
    if (json) process.stdout.write(`${JSON.stringify({ engine: engine.name, seed, ...result })}\n`);
    else {
      const table = new Table({ head: [...modelHeader], style: { head: [], border: [] } });
      for (const row of modelRows(result)) table.push(row);
      const lines = [table.toString(), ...result.riddles.map(riddleLine), riddleLine(result.famous)];
      process.stdout.write(`${[...lines, ...verdicts(result), ...commands].join('\n')}\n`);
    }
    say(`report: ${resolve(out, 'report.html')} (${elapsed()} in all)`);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    say(error.message);
    process.exitCode = 130;
  } finally {
    engine.dispose();
  }
}

/** Declares `bench quick-start`, which is also what runs without a command. */
export function addQuickStart(program: Command): void {
  program
    .command('quick-start', { isDefault: true })
    .description('pretrain an encoder on classical Chinese verse, measure it, fine-tune it, and write a report')
    .option('--seed <number>', 'every figure follows from it', whole(0), 1)
    .addOption(new Option('--engine <name>', 'default: the best that works').choices(engineNames))
    .option('--steps <number>', 'pretraining steps, to try things out', whole(1))
    .option('--out <folder>', 'where the encoder and the report go', 'runs/quick-start')
    .option('--fresh', 'train again what was trained before', false)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench quick-start --seed 2')
    .action(quickStartCommand);
}
