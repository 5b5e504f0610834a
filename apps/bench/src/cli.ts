#!/usr/bin/env node
import { endOnClosedPipe, exitCodeOf } from 'cloze/terminal';
import { Command } from 'commander';
import { addCompare } from './commands/compare.ts';
import { addData } from './commands/data.ts';
import { addFuzz } from './commands/fuzz.ts';
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
import { addShow } from './commands/show.ts';
import { addTorture } from './commands/torture.ts';
import { addTrim } from './commands/trim.ts';
import { addVerify } from './commands/verify.ts';

endOnClosedPipe();

const program = new Command('bench')
  .description('Masked-language-model research in TypeScript. Without a command: the quick start.')
  .exitOverride()
  .showSuggestionAfterError();

for (const add of [
  ...[addQuickStart, addData, addPerf, addProfile, addMask, addPmi, addTorture],
  addFuzz,
  ...[addList, addShow, addRun, addRunOne, addTrim, addReport, addCompare, addVerify, addRerun],
]) {
  add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf('bench', error);
}
