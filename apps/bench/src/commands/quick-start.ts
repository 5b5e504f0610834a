import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type EngineName, findLibtensorflow, installLibtensorflow, selectEngine } from '@cloze/backend';
import Table from 'cli-table3';
import { type Command, Option } from 'commander';
import { readPoetry } from '../datasets/read-poetry.ts';
import { type QuickStartResult, quickStart } from '../pipeline.ts';
import { progress } from '../progress.ts';
import { planFor } from '../quick-start/plan.ts';
import { lineChart } from '../report/line-chart.ts';
import { escapeHtml, htmlTable, page } from '../report/page.ts';
import { whole } from '../whole.ts';

/** Options of the quick start. */
export interface QuickStartOptions {
  readonly seed: number;
  readonly engine?: EngineName | undefined;
  readonly steps?: number | undefined;
  readonly out: string;
  readonly json: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

async function openEngine(name: EngineName | undefined) {
  const surroundings = { env: process.env, home: homedir(), platform: process.platform, arch: process.arch };
  const wanted = name === undefined || name.startsWith('tensorflow');
  if (wanted && 'reason' in findLibtensorflow(surroundings)) {
    try {
      await installLibtensorflow({ surroundings, report: say });
    } catch (error) {
      if (name) throw error;
      say(`${error instanceof Error ? error.message : error}`);
    }
  }
  return selectEngine({ surroundings, name });
}

function rowsOf({ models }: QuickStartResult): string[][] {
  const percent = (x: number) => `${(100 * x).toFixed(1)}`;
  return models.map((m) => [
    m.name,
    `${m.pretrainSeconds.toFixed(0)} s`,
    `${Math.round(m.tokensPerSecond)}`,
    m.curve.at(-1)?.loss.toFixed(2) ?? '-',
    m.pseudoPerplexity.toFixed(1),
    `${m.scoreSeconds.toFixed(2)} s`,
    `${percent(m.accuracy)} (${percent(m.interval.low)} to ${percent(m.interval.high)})`,
    percent(m.f1),
  ]);
}

const header = [
  'encoder',
  'pretraining',
  'tokens/s',
  'last loss',
  'pseudo-perplexity',
  'scoring',
  'accuracy % (95 % interval)',
  'macro F1 %',
];

function html(result: QuickStartResult, engine: string, seed: number): string {
  const smooth = ({ name, curve }: QuickStartResult['models'][number]) => {
    const window = Math.max(1, Math.round(curve.length / 60));
    const points = Array.from({ length: Math.floor(curve.length / window) }, (_, i) => {
      const part = curve.slice(i * window, (i + 1) * window);
      return [part.at(-1)?.step ?? 0, part.reduce((sum, { loss }) => sum + loss, 0) / part.length] as const;
    });
    return { name, points };
  };
  const { config, riddle } = result;
  const masked = [...riddle.text].map((c, i) => (i === riddle.column ? '▢' : c)).join('');
  const [bert, tta] = result.models;
  const body = [
    `<p>Two encoders of ${config.layers} layers, width ${config.width} and ${config.vocabularySize} tokens, pretrained on classical verse, fine-tuned to tell Tang from Song poems (${result.testRows} test poems by authors never seen in training). Engine: ${escapeHtml(engine)}, seed ${seed}.</p>`,
    htmlTable(header, rowsOf(result)),
    `<p>Difference in accuracy: p = ${result.pValue.toFixed(3)} (exact McNemar test on the same poems, one seed). T-TA scores a sentence in one pass; BERT needs one masked copy a token: ${((bert?.scoreSeconds ?? 0) / (tta?.scoreSeconds ?? 1)).toFixed(1)} times as long here, compilation included.</p>`,
    lineChart(result.models.map(smooth), {
      title: 'Pretraining loss. BERT predicts 15 % of tokens, T-TA all of them: levels are not comparable, shapes are.',
      x: 'step',
      y: 'loss (nats)',
    }),
    `<h2>A famous line</h2><p>${escapeHtml(masked)}</p>`,
    htmlTable(
      ['encoder', 'guesses for ▢'],
      result.models.map(({ name, guesses }) => [
        name,
        guesses.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(1)} %`).join(' · '),
      ]),
    ),
  ].join('');
  return page('Cloze quick start', body, result);
}

/** Pretrains, fine-tunes and scores BERT and T-TA on the embedded corpus, then shows what came out. */
export async function quickStartCommand({ seed, engine: wanted, steps, out, json }: QuickStartOptions): Promise<void> {
  const started = Date.now();
  const { engine, refused } = await openEngine(wanted);
  say(
    `engine: ${engine.name} ${engine.version}${refused.map(({ name, reason }) => `\n  not ${name}: ${reason}`).join('')}`,
  );
  const plan = planFor(engine.name, steps);
  const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json')), 'dist');
  const poems = readPoetry(folder, { perDynasty: plan.poemsPerDynasty });
  say(`corpus: ${poems.length} poems of the npm package chinese-poetry`);
  const result = await quickStart(engine, poems, plan, {
    seed,
    now: () => Date.now() / 1000,
    watch: (model, phase, total) => {
      const show = progress(`${model} ${phase}`, total);
      let tokens = 0;
      const from = Date.now();
      return ({ step, loss, tokens: more }) => {
        tokens += more;
        show(step, `loss ${loss.toFixed(3)} ${Math.round((1000 * tokens) / (Date.now() - from + 1))} tok/s`);
      };
    },
  });
  mkdirSync(out, { recursive: true });
  for (const [name, text] of [
    ['report.html', html(result, `${engine.name} ${engine.version}`, seed)],
    ['result.json', JSON.stringify(result)],
  ] as const) {
    writeFileSync(join(out, `${name}.partial`), text);
    renameSync(join(out, `${name}.partial`), join(out, name));
  }
  if (json) {
    for (const { name, pseudoPerplexity, accuracy, f1, tokensPerSecond, scoreSeconds, curve } of result.models) {
      process.stdout.write(
        `${JSON.stringify({ name, engine: engine.name, seed, loss: curve.at(-1)?.loss, pseudoPerplexity, accuracy, f1, tokensPerSecond, scoreSeconds })}\n`,
      );
    }
  } else {
    const table = new Table({ head: header, style: { head: [], border: [] } });
    table.push(...rowsOf(result));
    const guesses = result.models.map(
      ({ name, guesses: g }) =>
        `${name}: ${g.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(0)}%`).join('  ')}`,
    );
    process.stdout.write(
      `${table.toString()}\nsame poems, exact McNemar test: p = ${result.pValue.toFixed(3)}\n${[...result.riddle.text].map((c, i) => (i === result.riddle.column ? '[MASK]' : c)).join('')}\n  ${guesses.join('\n  ')}\n`,
    );
  }
  say(`report: ${resolve(out, 'report.html')}  (${((Date.now() - started) / 1000).toFixed(0)} s in all)`);
  engine.dispose();
}

/** Declares `bench quick-start`, which is also what runs without a command. */
export function addQuickStart(program: Command): void {
  program
    .command('quick-start', { isDefault: true })
    .description('pretrain BERT and T-TA on classical Chinese verse, fine-tune, score, and write a report')
    .option('--seed <number>', 'every figure follows from it', whole(0), 1)
    .addOption(
      new Option('--engine <name>', 'default: the best that works').choices([
        'tensorflow-gpu',
        'tensorflow',
        'tfjs-node-gpu',
        'tfjs-node',
        'wasm',
        'cpu',
      ]),
    )
    .option('--steps <number>', 'pretraining steps, to try things out', whole(1))
    .option('--out <folder>', 'where the report goes', 'runs/quick-start')
    .option('--json', 'one JSON object an encoder on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench quick-start --seed 2 --engine tensorflow')
    .action(quickStartCommand);
}
