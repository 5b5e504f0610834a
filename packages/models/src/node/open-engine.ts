import { type EngineName, type Selection, selectEngine, thisMachine } from '@cloze/backend';

/** The best engine of this machine, or the named one; nothing is downloaded. @throws {BackendError} when the named one does not work, saying why */
export function openEngine(name?: EngineName): Promise<Selection> {
  return selectEngine({ surroundings: thisMachine(), name });
}
