import { peerScript, pythonOf } from './peer-script.ts';
import { processSide } from './process-side.ts';
import type { PerfContext, Side } from './row.ts';

/** A side that a script of `tooling/peers` runs in Python. @throws with the script's last words when it stops */
export async function pythonSide(
  context: PerfContext,
  script: string,
  ...args: readonly (string | number)[]
): Promise<Side> {
  return processSide(pythonOf(context), [peerScript(script), ...args.map(String)]);
}
