import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, type EngineName, engineNames } from '@cloze/backend';
import { writeWhole } from '@cloze/trainer/node';
import { openEngine } from './open-engine.ts';

const name = 'engines.json';
const called = ({ name: engine, version }: Engine) => `${engine} ${version}`;

/** Engines that processes of a run had, as `output` keeps them, the last one last; none for a run that begins. @throws {Error} for a file that is torn */
function enginesOf(output: string): readonly string[] {
  const path = join(output, name);
  if (!existsSync(path)) return [];
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (Array.isArray(found) && found.every((engine): engine is string => typeof engine === 'string')) return found;
  } catch {
    // Said below.
  }
  throw new Error(
    `${path} is torn: expected a list of engines. Remove it, and the run goes on on the best engine there is.`,
  );
}

/**
 * Opens the engine that a run goes on on: the one asked for, else the one its last process had, else the best there is.
 *
 * @throws {Error} where the last one does not open or is no more: another would end in other numbers
 */
export async function openEngineOfRun(output: string, wanted: EngineName | undefined): Promise<Engine> {
  const last = enginesOf(output).at(-1);
  if (wanted !== undefined || last === undefined) return (await openEngine(wanted)).engine;
  const before = engineNames.find((engine) => last.startsWith(`${engine} `));
  if (before === undefined)
    throw new Error(
      `${output} was begun on ${last}, which is no engine of this version: name another, and it goes on.`,
    );
  try {
    return (await openEngine(before)).engine;
  } catch (error) {
    throw new Error(
      `${output} was begun on ${last}, which does not open now: ${error instanceof Error ? error.message : error} Mend that, or name another engine.`,
    );
  }
}

/** Notes the engine of this process in the run's folder, says where it is another than before. @returns the others, for the record */
export function noteEngine(output: string, engine: Engine, say: (line: string) => void): readonly string[] {
  const all = enginesOf(output);
  const others = [...new Set(all.filter((one) => one !== called(engine)))];
  const last = all.at(-1);
  if (last !== undefined && last !== called(engine))
    say(`${output} was begun on ${last} and goes on on ${called(engine)}: the record says so.`);
  if (last !== called(engine)) writeWhole(join(output, name), `${JSON.stringify([...all, called(engine)])}\n`);
  return others;
}
