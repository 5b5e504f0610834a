import { run } from './run.ts';

const code = await run(process.argv.slice(2));
// A command that has set a code of its own keeps it.
if (code !== 0) process.exitCode = code;
