import { type Engine, findLibtensorflow, referenceEngine, selectEngine, thisMachine } from '@cloze/backend';

const surroundings = thisMachine();

/** The engines a test runs on: plain TypeScript everywhere, libtensorflow where it is found. */
export const engines: readonly (readonly [string, Engine])[] = [
  ['reference', referenceEngine()],
  ...('reason' in findLibtensorflow(surroundings)
    ? []
    : [['tensorflow', (await selectEngine({ surroundings, name: 'tensorflow' })).engine] as const]),
];
