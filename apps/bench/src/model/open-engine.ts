import { type EngineName, type Selection, selectEngine, thisMachine } from '@cloze/backend';

/** Names for `--engine`, best first. */
export const engineNames: readonly EngineName[] = [
  'tensorflow-gpu',
  'tensorflow',
  'tfjs-node-gpu',
  'tfjs-node',
  'wasm',
  'cpu',
];

/** The best engine of this machine, or the named one; nothing is downloaded. @throws when the named one does not work, saying why */
export function openEngine(name?: EngineName): Promise<Selection> {
  const surroundings = thisMachine();
  return selectEngine({ surroundings, name });
}
