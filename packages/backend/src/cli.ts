#!/usr/bin/env node
import { homedir } from 'node:os';
import { parseArgs } from 'node:util';
import { selectEngine } from './engines/select-engine.ts';
import { installLibtensorflow } from './install/install-libtensorflow.ts';

const usage = `cloze-backend install [--dir FOLDER] [--wheel FILE]   puts libtensorflow into the per-user cache
cloze-backend doctor                                   says which engine is used, and why the better ones are not

Example: npx cloze-backend install && npx cloze-backend doctor
`;

const surroundings = { env: process.env, home: homedir(), platform: process.platform, arch: process.arch };
const say = (line: string) => process.stderr.write(`cloze-backend: ${line}\n`);

async function doctor(): Promise<void> {
  const { engine, refused } = await selectEngine({ surroundings });
  process.stdout.write(
    `node ${process.version} on ${process.platform}-${process.arch}\nengine ${engine.name} ${engine.version}\n`,
  );
  for (const { name, reason } of refused) process.stdout.write(`not ${name}: ${reason}\n`);
}

async function main(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { dir: { type: 'string' }, wheel: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const [command] = positionals;
    if (values.help || command === undefined) {
      process.stdout.write(usage);
      return values.help ? 0 : 2;
    }
    if (command === 'install')
      await installLibtensorflow({ surroundings, directory: values.dir, wheelFile: values.wheel, report: say });
    else if (command === 'doctor') await doctor();
    else {
      say(`'${command}' is no command; known: install, doctor.`);
      return 2;
    }
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
}

process.exitCode = await main();
