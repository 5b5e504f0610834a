import { printable } from 'cloze/terminal';
import type { Command } from 'commander';
import { readCompactRecord } from '../runs/compact-record.ts';
import { findCompactRecords, findRunFolders } from '../runs/find-run-folders.ts';
import { weightsBelow, weightsOf } from '../runs/kept-weights.ts';
import { readRecord } from '../runs/run-record.ts';
import { verifyCompactRecord, verifyRun } from '../runs/verify-run.ts';

/** Options of `bench verify`. */
interface VerifyOptions {
  readonly json: boolean;
  readonly encoder: readonly string[];
}

/**
 * Verifies one run, or all below a folder, and committed records; of those without a problem it says whether the weights they began from are still there.
 * Exit code 1 when any has a problem.
 */
export async function verifyCommand(folder: string, { json, encoder }: VerifyOptions): Promise<void> {
  let bad = 0;
  const runs = [
    ...findRunFolders(folder).map((run) => ({ run, verify: verifyRun, read: readRecord })),
    ...findCompactRecords(folder).map((run) => ({ run, verify: verifyCompactRecord, read: readCompactRecord })),
  ];
  let known: Promise<ReadonlySet<string>> | undefined;
  for (const { run, verify, read } of runs) {
    const problems = await verify(run);
    if (problems.length > 0) bad++;
    const weights = problems.length > 0 ? [] : weightsOf(read(run));
    if (weights.length > 0) known ??= weightsBelow([folder, ...encoder, process.env.CLOZE_KEEP ?? []].flat());
    const there = await known;
    const absent = weights
      .filter(({ sha256 }) => !there?.has(sha256))
      .map(({ name, sha256 }) => `${name} is not there: weights ${sha256}`);
    const verdict = problems.length > 0 ? 'NOT SOUND' : absent.length > 0 ? 'weights absent' : 'sound';
    if (json) process.stdout.write(`${JSON.stringify({ run, sound: verdict === 'sound', problems, absent })}\n`);
    else
      process.stdout.write(
        printable(`${verdict}  ${run}\n${[...problems, ...absent].map((line) => `  ${line}\n`).join('')}`),
      );
  }
  if (runs.length === 0) throw new Error(`${folder} holds no run.`);
  if (bad > 0) process.exitCode = 1;
}

const several = (value: string, before: readonly string[]) => [...before, value];

/** Declares `bench verify`. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'check records: hashes, completeness, scores computed again from predictions, and whether the weights they began from are there',
    )
    .argument('<run>', "a run's folder, or a folder of them")
    .option(
      '--encoder <folder>',
      'where their encoders may lie besides there and in $CLOZE_KEEP; repeat for more',
      several,
      [],
    )
    .option('--json', 'one JSON object a run on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench verify runs/r-drop/tnews.r-drop-1')
    .action(verifyCommand);
}
