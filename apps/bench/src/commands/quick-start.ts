import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { EngineName } from '@cloze/backend';
import { engineNames } from '@cloze/backend';
import { readPoetry } from '@cloze/datasets/node';
import { installEngine } from '@cloze/models/node';
import Table from 'cli-table3';
import { progress, stopSignals, whole, writeWhole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { quickStart, type Watch } from '../pipeline.ts';
import { contenders } from '../quick-start/contender.ts';
import { folderWorkspace } from '../quick-start/folder-workspace.ts';
import { InterruptedError } from '../quick-start/interrupted-error.ts';
import { planFor } from '../quick-start/plan.ts';
import { quickStartReport } from '../quick-start/report.ts';
import { comparisonHeader, comparisonRows, resultHeader, resultRows } from '../quick-start/result-table.ts';

/** Options of the quick start. */
export interface QuickStartOptions {
  readonly seed: number;
  readonly engine?: EngineName | undefined;
  readonly steps?: number | undefined;
  readonly policy: readonly string[];
  readonly out: string;
  readonly fresh: boolean;
  readonly json: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

const watch: Watch = (encoder, phase, total) => {
  const show = progress(`${encoder} ${phase}`, total);
  let tokens = 0;
  const from = Date.now();
  return ({ step, loss, tokens: more }) => {
    tokens += more;
    show(step, `loss ${loss.toFixed(3)} ${Math.round((1000 * tokens) / (Date.now() - from + 1))} tok/s`);
  };
};

/** Pretrains, fine-tunes and scores encoders on the embedded corpus, then shows what came out; goes on where it was stopped. */
export async function quickStartCommand(options: QuickStartOptions): Promise<void> {
  const { seed, engine: wanted, steps, policy, out, fresh, json } = options;
  const started = Date.now();
  const { engine, refused } = await installEngine(wanted, say);
  say(
    `engine: ${engine.name} ${engine.version}${refused.map(({ name, reason }) => `\n  not ${name}: ${reason}`).join('')}`,
  );
  const plan = planFor(engine.name, steps);
  const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json')), 'dist');
  const poems = readPoetry(folder, { perDynasty: plan.poemsPerDynasty });
  say(`corpus: ${poems.length} poems of the npm package chinese-poetry`);
  const chosen = contenders(policy);
  const settings = { plan, seed, engine: `${engine.name} ${engine.version}`, poems: poems.length };
  const workspace = folderWorkspace(out, { settings, fresh, warn: say });
  try {
    const result = await quickStart(engine, poems, plan, {
      seed,
      contenders: chosen,
      settings,
      watch,
      now: () => performance.now() / 1000,
      signal: stopSignals(say),
      workspace: {
        ...workspace,
        recall: (contender) => {
          const earlier = workspace.recall(contender);
          if (earlier)
            say(`${contender.label}: as trained before, in ${join(out, contender.id)} (--fresh trains again)`);
          return earlier;
        },
      },
    });
    const commands = chosen.map(({ id }) => `pnpm bench fill "春眠不覺曉，處處聞[MASK]鳥。" --model ${join(out, id)}`);
    if (policy.length === 0) commands.push('pnpm bench quick-start --policy bert,whole-word,span-bert');
    mkdirSync(out, { recursive: true });
    writeWhole(
      join(out, 'report.html'),
      await quickStartReport(result, { engine: `${engine.name} ${engine.version}`, seed, commands }),
    );
    writeWhole(join(out, 'result.json'), JSON.stringify(result));
    if (json) {
      for (const { name, curve, pseudoPerplexity, accuracy, f1, ...times } of result.models) {
        const { pretrainSeconds, tokensPerSecond, scoreSeconds, fineTuneSeconds } = times;
        process.stdout.write(
          `${JSON.stringify({ name, engine: engine.name, seed, loss: curve.at(-1)?.loss, pseudoPerplexity, accuracy, f1, pretrainSeconds, tokensPerSecond, scoreSeconds, fineTuneSeconds })}\n`,
        );
      }
    } else {
      const table = (head: readonly string[], rows: readonly string[][]) => {
        const drawn = new Table({ head: [...head], style: { head: [], border: [] } });
        drawn.push(...rows);
        return `${drawn.toString()}\n`;
      };
      const guesses = result.models.map(
        ({ name, guesses: list }) =>
          `  ${name}: ${list.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(0)}%`).join('  ')}`,
      );
      const { text, column } = result.riddle;
      process.stdout.write(
        `${table(resultHeader, resultRows(result))}${table(comparisonHeader, comparisonRows(result))}in brackets 95 % intervals over the test texts; * differs from the first (Holm, 5 %)\n${[...text].map((c, i) => (i === column ? '[MASK]' : c)).join('')}\n${guesses.join('\n')}\n${commands.join('\n')}\n`,
      );
    }
    say(`report: ${resolve(out, 'report.html')}  (${((Date.now() - started) / 1000).toFixed(0)} s in all)`);
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
    .description('pretrain BERT and T-TA on classical Chinese verse, fine-tune, score, and write a report')
    .option('--seed <number>', 'every figure follows from it', whole(0), 1)
    .addOption(new Option('--engine <name>', 'default: the best that works').choices(engineNames))
    .option('--steps <number>', 'pretraining steps, to try things out', whole(1))
    .option(
      '--policy <names>',
      'compare BERT under these masking policies instead, with commas between (cloze mask names them)',
      (names: string) => names.split(',').filter((name) => name !== ''),
      [],
    )
    .option('--out <folder>', 'where encoders and the report go', 'runs/quick-start')
    .option('--fresh', 'train again what was trained before', false)
    .option('--json', 'one JSON object an encoder on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench quick-start --seed 2 --policy bert,whole-word')
    .action(quickStartCommand);
}
