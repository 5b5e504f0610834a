import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@cloze/sweeps/node';
import { writeWhole } from 'cloze/terminal';
import { z } from 'zod';
import { readJson } from '../../runs/run-record.ts';
import type { Lab } from './lab.ts';
import { takeFolder } from './take-folder.ts';

const chosenSchema = z.object({ learningRate: z.number().positive() });

/**
 * The learning rate that a search of a phase chooses. It is the same for every seed, so runs that differ by nothing else share it in `$CLOZE_KEEP`; without that each searches for itself.
 *
 * @param search does not look at the run's seed
 */
export async function chosenRate(lab: Lab, phase: string, search: () => Promise<number>): Promise<number> {
  const { keep, alike, data } = lab;
  if (keep === undefined || alike === undefined) return search();
  const read = data.files.map((file) => file.sha256).sort();
  const folder = join(keep, 'rates', sha256(canonicalJson([alike, phase, read])).slice(0, 16));
  const release = await takeFolder(lab, folder, 'chooses this learning rate');
  try {
    const file = join(folder, 'rate.json');
    if (!existsSync(file)) writeWhole(file, `${JSON.stringify({ learningRate: await search() })}\n`);
    return readJson(file, chosenSchema).learningRate;
  } finally {
    await release();
  }
}
