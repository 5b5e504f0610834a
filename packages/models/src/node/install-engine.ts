import { type EngineName, findLibtensorflow, installLibtensorflow, type Selection, thisMachine } from '@cloze/backend';
import { openEngine } from './open-engine.ts';

/** Like `openEngine`, but fetches libtensorflow first where it is wanted and missing; without it, the next best engine is used and the reason said. */
export async function installEngine(name: EngineName | undefined, say: (line: string) => void): Promise<Selection> {
  const surroundings = thisMachine();
  // A folder that was named and is wrong is for its owner to mend: `openEngine` says so.
  const wanted = (name === undefined || name === 'tensorflow') && !surroundings.env.CLOZE_LIBTENSORFLOW;
  if (wanted && 'reason' in findLibtensorflow(surroundings)) {
    try {
      await installLibtensorflow({ surroundings, report: say });
    } catch (error) {
      if (name) throw error;
      say(error instanceof Error ? error.message : String(error));
    }
  }
  return openEngine(name);
}
