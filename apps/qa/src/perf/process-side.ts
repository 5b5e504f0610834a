import { peerProcess } from './peer-process.ts';
import type { Side } from './row.ts';

/**
 * A side in a process of its own, which waits between units: it answers an empty line with milliseconds, and `memory` with its peak in MB
 * (`tooling/peers/side.py`).
 *
 * @throws with its last words when it stops
 */
export async function processSide(command: string, args: readonly string[]): Promise<Side> {
  const { name, ask, stop } = await peerProcess(command, args);
  return { name, step: () => ask(''), peakMegabytes: () => ask('memory'), stop };
}
