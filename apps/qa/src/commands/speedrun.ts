import { cpus } from 'node:os';
import { selectEngine, thisMachine } from '@cloze/backend';
import { processorKind } from '@cloze/bench';
import { real, whole, writeWhole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { againWith, jsonLinesOf } from '../perf/json-lines-of.ts';
import { peerEnvironment } from '../perf/peer-environment.ts';
import { openSpeedrunCorpus } from '../speedrun/corpus-rows.ts';
import { ownRun } from '../speedrun/own-run.ts';
import { peerRun } from '../speedrun/peer-run.ts';
import { pointOf, type SpeedrunEnd, type SpeedrunPoint } from '../speedrun/point.ts';
import { type SpeedrunSide, sideNamed, sides, task } from '../speedrun/sides.ts';
import { resultOf, type SpeedrunResult, speedrunRows, speedrunTable } from '../speedrun/speedrun-table.ts';

/** Options of `qa speedrun`. */
export interface SpeedrunOptions {
  readonly seeds: number;
  readonly minutes: number;
  readonly sides?: readonly SpeedrunSide[];
  readonly peers: boolean;
  readonly python?: string;
  readonly data?: string;
  readonly target: number;
  readonly json: boolean;
  readonly markdown?: string;
  readonly record?: string;
  /** Set in the processes that train: a side's name, a comma and a seed. */
  readonly side?: string;
}

/** Trains one seed of one side in this process and tells its looks at the held-out loss. */
async function runSide(asked: string, { data, python, minutes, target }: SpeedrunOptions): Promise<void> {
  const at = asked.lastIndexOf(',');
  const [side, seed] = [sideNamed(asked.slice(0, at)), Number(asked.slice(at + 1))];
  const corpus = await openSpeedrunCorpus(data, task);
  const end: SpeedrunEnd = { target, seconds: 60 * minutes };
  const say = (point: object) => process.stdout.write(`${JSON.stringify(point)}\n`);
  if (side.runs !== 'ours') {
    const interpreter = python ?? peerEnvironment();
    for await (const point of peerRun(interpreter, side.runs, corpus, side.recipe, seed, end)) say(point);
    return;
  }
  const { engine } = await selectEngine({ surroundings: thisMachine() });
  for await (const point of ownRun(engine, corpus, side.recipe, seed, end)) say(point);
  engine.dispose();
}

/** Trains every side with every seed, in turn, until a held-out loss, and tells how long each took. */
export async function speedrunCommand(options: SpeedrunOptions): Promise<void> {
  const { seeds, minutes, peers, python, data, target, json, markdown, record, side } = options;
  if (side !== undefined) return runSide(side, options);
  const chosen = (options.sides ?? sides).filter(({ runs }) => peers || runs === 'ours');
  const interpreter = chosen.some(({ runs }) => runs !== 'ours') ? (python ?? peerEnvironment()) : undefined;
  const args = ['--minutes', String(minutes), '--target', String(target)];
  if (data !== undefined) args.push('--data', data);
  if (interpreter !== undefined) args.push('--python', interpreter);
  const results: SpeedrunResult[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    for (const { name } of chosen) {
      const points: SpeedrunPoint[] = [];
      // A process of its own: memory and threads of one side do not touch another.
      for await (const line of jsonLinesOf(...againWith(['speedrun', '--side', `${name},${seed}`, ...args])))
        points.push(pointOf(line));
      const result = resultOf(name, seed, points, target);
      results.push(result);
      const last = points.at(-1);
      process.stderr.write(
        `${name}, seed ${seed}: ${result.reached === null ? `not reached in ${((last?.seconds ?? 0) / 60).toFixed(2)} minutes, ${last?.step} steps (${last?.loss.toFixed(3)})` : `${(result.reached / 60).toFixed(2)} minutes, ${last?.step} steps`}\n`,
      );
      if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
      const table = tableOf(chosen, results, target);
      if (markdown !== undefined) writeWhole(markdown, table);
      if (record !== undefined) writeWhole(record, recordOf(options, chosen, results));
    }
  if (!json) process.stdout.write(tableOf(chosen, results, target));
}

/** The table, and what it was measured on. */
const tableOf = (chosen: readonly SpeedrunSide[], results: readonly SpeedrunResult[], target: number): string =>
  `${cpus().length} × ${processorKind()}, Node ${process.versions.node}\n\n${speedrunTable(speedrunRows(chosen, results), target)}`;

/** Everything that a run was asked and said, as JSON. */
function recordOf(
  { seeds, minutes, target, data }: SpeedrunOptions,
  chosen: readonly SpeedrunSide[],
  results: readonly SpeedrunResult[],
): string {
  const { platform, arch, version } = process;
  const asked = { seeds, minutes, task: { ...task, target }, corpus: data === undefined ? 'poems' : 'zh-modern' };
  const record = {
    asked,
    machine: { platform, arch, processor: processorKind(), cores: cpus().length, node: version },
    sides: chosen,
    results,
  };
  return `${JSON.stringify({ ...record, rows: speedrunRows(chosen, results) }, null, 1)}\n`;
}

/** Declares `qa speedrun`. */
export function addSpeedrun(program: Command): void {
  program
    .command('speedrun')
    .description('minutes of training to a held-out loss: transformers, a PyTorch loop, and ours, one thing more a row')
    .option('--seeds <number>', 'each side is trained with seeds 1 to this one, in turn', whole(1), 3)
    .option('--minutes <number>', 'of training at most, a side and seed', real, 30)
    .option('--sides <names>', 'some of them, with commas between; default all', (text) =>
      text.split(',').map((name) => sideNamed(name.trim())),
    )
    .option('--no-peers', 'ours alone')
    .option(
      '--python <path>',
      'an interpreter with torch and transformers; default: one made in tooling/peers/.venv, once',
    )
    .option('--data <folder>', 'a data folder with corpus/; default: classical poems')
    .option('--target <loss>', 'held-out loss to reach, nats a masked token', real, task.target)
    .option('--markdown <file>', 'also write the table')
    .option('--record <file>', 'also write settings, every look and the table as JSON')
    .option('--json', 'one JSON object a side and seed on stdout', false)
    .addOption(new Option('--side <side>', 'one seed of one side in this process').hideHelp())
    .addHelpText(
      'after',
      '\nExample: pnpm qa speedrun --data $CLOZE_DATA --markdown speedrun.md --record speedrun.json',
    )
    .action(speedrunCommand);
}
