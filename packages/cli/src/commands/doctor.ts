import { diagnose, type EngineName, thisMachine } from '@cloze/backend';
import type { Command } from 'commander';
import { engineOption } from '../terminal/engine-option.ts';

/** Says which engine is used and why the better ones are not. */
export async function doctorCommand({
  engine: name,
  json,
}: {
  readonly engine?: EngineName;
  readonly json: boolean;
}): Promise<void> {
  const found = await diagnose({ surroundings: thisMachine(), name });
  if (json) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const { node, platform, engine, refused } = found;
  process.stdout.write(`node ${node} on ${platform}\nengine ${engine.name} ${engine.version}, from ${engine.origin}\n`);
  for (const device of engine.devices) process.stdout.write(`device ${device}\n`);
  for (const { name: better, reason } of refused) process.stdout.write(`not ${better}: ${reason}\n`);
}

/** Declares `cloze doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('which engine is used, on which devices, and why better ones are not')
    .addOption(engineOption())
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze doctor --engine tensorflow')
    .action(doctorCommand);
}
