import { homedir } from 'node:os';
import { selectEngine } from '@cloze/backend';
import { Argument, type Command, Option } from 'commander';
import { chooseRows } from '../perf/choose-rows.ts';
import { describeResult } from '../perf/describe-result.ts';
import { groups } from '../perf/groups.ts';
import { peersAsked } from '../perf/peers-asked.ts';
import type { PeerName } from '../perf/row.ts';
import { rowProcess } from '../perf/row-process.ts';
import { runRow } from '../perf/run-row.ts';
import { whole } from '../whole.ts';

/** Options of the speed comparison. */
export interface PerfOptions {
  readonly peer?: readonly PeerName[];
  readonly python?: string;
  readonly data?: string;
  readonly steps: number;
  readonly row?: string;
  readonly json: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Measures a group's rows, or all; each runs in a process of its own (`--row`), so that its memory is its own. */
export async function perfCommand(group: string | undefined, options: PerfOptions): Promise<void> {
  const { peer, python, data, steps, row: single, json } = options;
  const peers = peer ?? (python === undefined ? [] : peersAsked('torch'));
  if (single !== undefined) {
    const row = chooseRows(undefined, []).find(({ row: name }) => name === single);
    if (!row) throw new RangeError(`there is no row '${single}'.`);
    const surroundings = { env: process.env, home: homedir(), platform: process.platform, arch: process.arch };
    const { engine } = await selectEngine({ surroundings });
    for await (const result of runRow(row, { engine, python, data }, { peers, steps }))
      process.stdout.write(`${json ? JSON.stringify(result) : describeResult(result)}\n`);
    engine.dispose();
    return;
  }
  const rows = chooseRows(group, peers);
  const args = ['--steps', String(steps)];
  if (peers.length > 0) args.push('--peer', peers.join());
  if (python !== undefined) args.push('--python', python);
  if (data !== undefined) args.push('--data', data);
  let failed = 0;
  for (const [i, { row }] of rows.entries()) {
    say(`${i + 1}/${rows.length} ${row}`);
    for await (const result of rowProcess(row, args)) {
      if ('error' in result) failed++;
      process.stdout.write(`${json ? JSON.stringify(result) : describeResult(result)}\n`);
    }
  }
  if (failed > 0) throw new Error(`${failed} of ${rows.length} rows could not be measured.`);
}

/** Declares `bench perf`. */
export function addPerf(program: Command): void {
  program
    .command('perf')
    .description('time what runs here against others on the same work, in turn in one run')
    .addArgument(new Argument('[group]', 'what to measure, default everything').choices(Object.keys(groups)))
    .option(
      '--peer <names>',
      'torch (the whole table: PyTorch, transformers, ONNX Runtime), or only the rows against transformers or onnxruntime; default: our own times',
      peersAsked,
    )
    .option('--python <path>', 'an interpreter with torch and transformers; implies --peer torch')
    .option('--data <folder>', 'a data folder with corpus/ and vocab/; default: classical poems')
    .option('--steps <number>', 'timed steps of each side', whole(1), 10)
    .addOption(new Option('--row <name>', 'one row in this process').hideHelp())
    .option('--json', 'one JSON object a row on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench perf steps --peer torch --python .venv/bin/python --json')
    .action(perfCommand);
}
