#!/usr/bin/env node
import { endInOneSentence, exitCodeOf } from 'cloze/terminal';
import { Command } from 'commander';
import { addDevice } from './commands/device.ts';
import { addFuzz } from './commands/fuzz.ts';
import { addFuzzRecords } from './commands/fuzz-records.ts';
import { addPerf } from './commands/perf.ts';
import { addProfile } from './commands/profile.ts';
import { addQueueLoad } from './commands/queue.ts';
import { addScale } from './commands/scale.ts';
import { addSpeedrun } from './commands/speedrun.ts';
import { addTorture } from './commands/torture.ts';

endInOneSentence('qa');

const program = new Command('qa')
  .description('How fast and how sound Cloze is: measured against others, killed, fed wrong files.')
  .exitOverride()
  .enablePositionalOptions()
  .showSuggestionAfterError();

for (const add of [
  ...[addPerf, addProfile, addSpeedrun, addDevice, addScale, addQueueLoad, addTorture, addFuzz],
  addFuzzRecords,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf('qa', error);
}
