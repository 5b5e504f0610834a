import { runCommand } from './install/run-command.ts';
import { thisMachine } from './install/this-machine.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  surroundings: thisMachine(),
  out: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`cloze-backend: ${line}\n`),
});
