import { type EngineName, engineNames, selectEngine, thisMachine } from '@cloze/backend';
import { progress, whole, writeWhole } from 'cloze/terminal';
import { Argument, type Command, Option } from 'commander';
import { chooseRows } from '../perf/choose-rows.ts';
import { describeResult } from '../perf/describe-result.ts';
import { groups } from '../perf/groups.ts';
import { peerEnvironment } from '../perf/peer-environment.ts';
import { peersAsked } from '../perf/peers-asked.ts';
import { perfTable } from '../perf/perf-table.ts';
import type { PeerName, PerfRow } from '../perf/row.ts';
import { type RowFailure, rowProcess } from '../perf/row-process.ts';
import { type PerfResult, runRow } from '../perf/run-row.ts';

/** Options of the speed comparison. */
export interface PerfOptions {
  readonly peer?: readonly PeerName[];
  readonly python?: string;
  readonly data?: string;
  readonly model?: string;
  readonly engine?: EngineName;
  readonly against?: EngineName;
  readonly steps: number;
  readonly row?: string;
  readonly markdown?: string;
  readonly json: boolean;
}

/** Measures a group's rows, or all; each runs in a process of its own (`--row`), so that its memory is its own. */
export async function perfCommand(group: string | undefined, options: PerfOptions): Promise<void> {
  const { peer, data, model, engine: name, against, steps, row: single, json, markdown } = options;
  const peers = peer ?? (options.python === undefined ? [] : peersAsked('torch'));
  const python = options.python ?? (peers.length > 0 ? peerEnvironment() : undefined);
  if (single !== undefined) {
    const row = chooseRows(undefined, []).find(({ row: name }) => name === single);
    if (!row) throw new RangeError(`there is no row '${single}'.`);
    const surroundings = thisMachine();
    const { engine, refused } = await selectEngine({ surroundings, ...(name && { name }) });
    const other = against && (await selectEngine({ surroundings, name: against })).engine;
    if (name === undefined && !engine.name.startsWith('tensorflow'))
      process.stderr.write(
        `${single}: measured on ${engine.name}, not on libtensorflow: ${refused.find(({ name }) => name === 'tensorflow')?.reason}\n`,
      );
    for await (const result of runRow(row, { engine, against: other, python, data, model }, { peers, steps }))
      process.stdout.write(`${json ? JSON.stringify(result) : describeResult(result)}\n`);
    other?.dispose();
    engine.dispose();
    return;
  }
  const there = { python, data, model };
  const lacking = (row: PerfRow) =>
    ('needs' in row ? (row.needs ?? []) : []).filter((need) => there[need] === undefined);
  const chosen = chooseRows(group, peers);
  const rows = chosen.filter((row) => lacking(row).length === 0);
  for (const row of chosen)
    if (lacking(row).length > 0)
      process.stderr.write(
        `left out: ${row.row}; it needs ${lacking(row)
          .map((need) => `--${need}`)
          .join(' and ')}.\n`,
      );
  const args = ['--steps', String(steps)];
  if (peers.length > 0) args.push('--peer', peers.join());
  if (python !== undefined) args.push('--python', python);
  if (data !== undefined) args.push('--data', data);
  if (model !== undefined) args.push('--model', model);
  if (name !== undefined) args.push('--engine', name);
  if (against !== undefined) args.push('--against', against);
  const results: (PerfResult | RowFailure)[] = [];
  const show = progress('rows', rows.length);
  for (const [i, { row }] of rows.entries()) {
    show(i, row);
    for await (const result of rowProcess(row, args)) {
      results.push(result);
      process.stdout.write(`${json ? JSON.stringify(result) : describeResult(result)}\n`);
    }
    if (markdown !== undefined) writeWhole(markdown, perfTable(results, new Date().toISOString().slice(0, 10)));
  }
  show(rows.length, '');
  const failed = results.filter((result) => 'error' in result).length;
  if (failed > 0) throw new Error(`${failed} of ${rows.length} rows could not be measured.`);
}

/** Declares `qa perf`. */
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
    .option(
      '--python <path>',
      'an interpreter with torch and transformers; implies --peer torch; default: one made in tooling/peers/.venv, once',
    )
    .option('--data <folder>', 'a data folder with corpus/ and vocab/; default: classical poems')
    .option('--model <folder>', 'a checkpoint that has learnt, for rows about accuracy; default: they are left out')
    .addOption(new Option('--engine <name>', 'what ours runs on; default: the best there is').choices(engineNames))
    .addOption(
      new Option('--against <name>', 'run ours on this engine as well, in turn, in every comparison').choices(
        engineNames,
      ),
    )
    .option('--steps <number>', 'timed steps of each side', whole(1), 10)
    .addOption(new Option('--row <name>', 'one row in this process').hideHelp())
    .option('--markdown <file>', 'also write the results as tables')
    .option('--json', 'one JSON object a row on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa perf steps --peer torch --json --markdown table.md')
    .action(perfCommand);
}
