import { mkdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { InterruptedError } from '@cloze/models';
import { CheckpointError } from '@cloze/trainer';
import { nodeFiles } from '@cloze/trainer/node';
import type { Lab } from './lab.ts';

/** Takes a folder that runs share for this process, waiting for another that has it; what is given back ends that. @param does what the other one does, `makes this encoder` @throws {InterruptedError} when the signal was raised meanwhile */
export async function takeFolder(
  lab: Pick<Lab, 'say' | 'signal'>,
  folder: string,
  does: string,
): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true });
  for (let told = false; ; told = true) {
    try {
      return await nodeFiles().lock(folder);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      if (!told) lab.say(`another run ${does}: ${error.message}`);
      if (lab.signal.aborted) throw new InterruptedError(`stopped while another run ${does}`);
      // Two that give way to each other must not come back together.
      await setTimeout(1000 + (process.pid % 50) * 40);
    }
  }
}
