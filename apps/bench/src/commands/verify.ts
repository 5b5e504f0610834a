import { printable } from 'cloze/terminal';
import type { Command } from 'commander';
import { findCompactRecords, findRunFolders } from '../runs/find-run-folders.ts';
import { verifyCompactRecord, verifyRun } from '../runs/verify-run.ts';

/** Verifies one run, or all below a folder, and committed records. Exit code 1 when any has a problem. */
export async function verifyCommand(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  let bad = 0;
  const runs = [
    ...findRunFolders(folder).map((run) => ({ run, verify: verifyRun })),
    ...findCompactRecords(folder).map((run) => ({ run, verify: verifyCompactRecord })),
  ];
  for (const { run, verify } of runs) {
    const problems = await verify(run);
    if (problems.length > 0) bad++;
    if (json) process.stdout.write(`${JSON.stringify({ run, sound: problems.length === 0, problems })}\n`);
    else
      process.stdout.write(
        printable(
          `${problems.length === 0 ? 'sound' : 'NOT SOUND'}  ${run}\n${problems.map((problem) => `  ${problem}\n`).join('')}`,
        ),
      );
  }
  if (runs.length === 0) throw new Error(`${folder} holds no run.`);
  if (bad > 0) process.exitCode = 1;
}

/** Declares `bench verify`. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('check records: hashes, completeness, and scores computed again from predictions')
    .argument('<run>', "a run's folder, or a folder of them")
    .option('--json', 'one JSON object a run on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench verify runs/r-drop/tnews.r-drop-1')
    .action(verifyCommand);
}
