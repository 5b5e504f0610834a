import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EngineName } from '@cloze/backend';
import { installEngine } from '@cloze/models/node';
import { say, stopSignals, textTable, watchTraining, writeWhole } from 'cloze/terminal';
import { quickStart } from './pipeline.ts';
import { planFor } from './plan.ts';
import { readPoems } from './read-poems.ts';
import { quickStartReport } from './report.ts';
import { modelHeader, modelRows, riddleLine, verdicts } from './result-table.ts';

/** Options of the quick start. */
export interface QuickStartOptions {
  readonly seed: number;
  readonly engine?: EngineName | undefined;
  readonly steps?: number | undefined;
  readonly out: string;
  readonly fresh: boolean;
  readonly json: boolean;
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
  const { layers, width, maxSteps } = plan.pretraining;
  say(`plan: ${plan.name}, T-TA of ${layers} layer, width ${width}, ${maxSteps} steps (${elapsed()})`);
  const poems = readPoems();
  say(`text: ${poems.length.toLocaleString('en')} poems of the npm package chinese-poetry (${elapsed()})`);
  // Runs of different settings lie side by side.
  const folder = join(out, `${engine.name}-seed-${seed}${steps === undefined ? '' : `-steps-${steps}`}`);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  try {
    const result = await quickStart(engine, poems, plan, {
      seed,
      folder,
      say,
      signal: stopSignals(say),
      watch: () => watchTraining({}),
    });
    const encoder = join(folder, 'encoder');
    const commands = [
      `node packages/cli/dist/cli.js fill "春眠不覺曉，處處聞[MASK]鳥。" --model ${encoder}`,
      'pnpm bench list',
    ];
    const about = { engine: `${engine.name} ${engine.version}`, seed, commands };
    writeWhole(join(out, 'report.html'), await quickStartReport(result, about));
    writeWhole(join(out, 'result.json'), JSON.stringify(result));
    if (json) process.stdout.write(`${JSON.stringify({ engine: engine.name, seed, ...result })}\n`);
    else {
      const lines = [textTable(modelHeader, modelRows(result)), ...[...result.riddles, result.famous].map(riddleLine)];
      process.stdout.write(`${[...lines, ...verdicts(result), ...commands].join('\n')}\n`);
    }
    say(`report: ${resolve(out, 'report.html')} (${elapsed()} in all)`);
  } finally {
    engine.dispose();
  }
}
