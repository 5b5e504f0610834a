import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, EngineName } from '@cloze/backend';
import { openEngine } from '@cloze/models/node';
import { writeWhole } from 'cloze/terminal';
import { z } from 'zod';
import { checkpointFolders } from './checkpoint-folders.ts';
import { readJson } from './run-record.ts';

const begunSchema = z.object({
  started: z.iso.datetime(),
  times: z.int().min(0),
  seconds: z.number().min(0),
  /** Of the last process; absent before one was opened. */
  engine: z.exactOptional(z.object({ name: z.string(), version: z.string() })),
  enginesBefore: z.array(z.string()).default([]),
});

/** What earlier processes of an unfinished run leave for the next. */
export type Begun = z.infer<typeof begunSchema>;

const pathOf = (folder: string) => join(folder, 'begun.json');

/** What earlier processes left; of none, a beginning now. @throws {Error} for a file that is torn */
export function readBegun(folder: string): Begun {
  const fresh = { started: new Date().toISOString(), times: 0, seconds: 0, enginesBefore: [] };
  return existsSync(pathOf(folder)) ? begunSchema.parse(readJson(pathOf(folder), begunSchema)) : fresh;
}

/** Keeps it for the next process. */
export const keepBegun = (folder: string, begun: Begun): void => writeWhole(pathOf(folder), JSON.stringify(begun));

/** A finished run needs it no more. */
export const forgetBegun = (folder: string): void => rmSync(pathOf(folder), { force: true });

/**
 * Opens the engine of a run: the best there is, or, where checkpoints lie that it goes on from, the one they were made on.
 *
 * @throws {Error} where that one does not open: another would end in other numbers
 */
export async function engineFor(folder: string, { engine: before }: Begun): Promise<Engine> {
  const goesOn = checkpointFolders(folder).length > 0;
  if (!before || !goesOn) return (await openEngine()).engine;
  try {
    return (await openEngine(before.name as EngineName)).engine;
  } catch (error) {
    throw new Error(
      `${folder} was begun on ${before.name} ${before.version}, which does not open now: ${error instanceof Error ? error.message : error} Mend that, or remove its checkpoints to begin again on another engine.`,
    );
  }
}
