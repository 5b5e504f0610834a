#!/usr/bin/env node
import { endInOneSentence, exitCodeOf } from 'cloze/terminal';
import { Command } from 'commander';
import { addCompare } from './commands/compare.ts';
import { addList } from './commands/list.ts';
import { addPower } from './commands/power.ts';
import { addQuickStart } from './commands/quick-start.ts';
import { addReport } from './commands/report.ts';
import { addRerun } from './commands/rerun.ts';
import { addRun } from './commands/run.ts';
import { addRunOne } from './commands/run-one.ts';
import { addShow } from './commands/show.ts';
import { addSweep } from './commands/sweep.ts';
import { addVerify } from './commands/verify.ts';
import { addWorker } from './commands/worker.ts';

endInOneSentence('bench');

const program = new Command('bench')
  .description('Masked-language-model research in TypeScript. Without a command: the quick start.')
  .exitOverride()
  .enablePositionalOptions()
  .showSuggestionAfterError();

for (const add of [
  ...[addQuickStart],
  ...[addList, addShow, addRun, addRunOne, addSweep, addWorker, addReport, addPower, addCompare, addVerify, addRerun],
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf('bench', error);
}
