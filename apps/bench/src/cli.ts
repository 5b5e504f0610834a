#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { addCompare } from './commands/compare.ts';
import { addData } from './commands/data.ts';
import { addEmbed } from './commands/embed.ts';
import { addExplain } from './commands/explain.ts';
import { addFill } from './commands/fill.ts';
import { addFuzz } from './commands/fuzz.ts';
import { addGenerate } from './commands/generate.ts';
import { addList } from './commands/list.ts';
import { addMask } from './commands/mask.ts';
import { addPerf } from './commands/perf.ts';
import { addPmi } from './commands/pmi.ts';
import { addProfile } from './commands/profile.ts';
import { addQuickStart } from './commands/quick-start.ts';
import { addReport } from './commands/report.ts';
import { addRerun } from './commands/rerun.ts';
import { addRun } from './commands/run.ts';
import { addRunOne } from './commands/run-one.ts';
import { addScore } from './commands/score.ts';
import { addShow } from './commands/show.ts';
import { addSummary } from './commands/summary.ts';
import { addTorture } from './commands/torture.ts';
import { addTrim } from './commands/trim.ts';
import { addVerify } from './commands/verify.ts';
import { errorSentence } from './error-sentence.ts';
import { UsageError } from './usage-error.ts';

// `bench … | head` closes the pipe when it has seen enough: no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('bench')
  .description('Masked-language-model research in TypeScript. Without a command: the quick start.')
  .exitOverride()
  .showSuggestionAfterError();

for (const add of [
  ...[addQuickStart, addData, addPerf, addProfile, addMask, addPmi, addTorture],
  ...[addFill, addEmbed, addGenerate, addScore, addExplain, addSummary, addFuzz],
  ...[addList, addShow, addRun, addRunOne, addTrim, addReport, addCompare, addVerify, addRerun],
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`bench: ${errorSentence(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
