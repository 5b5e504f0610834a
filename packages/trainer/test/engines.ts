import { type Engine, findLibtensorflow, selectEngine, tfjsEngine, thisMachine } from '@cloze/backend';

const surroundings = thisMachine();

/** The engines a test runs on: JavaScript everywhere, libtensorflow where it is found. */
export const engines: readonly (readonly [string, Engine])[] = [
  ['cpu', await tfjsEngine('cpu')],
  ...('reason' in findLibtensorflow(surroundings)
    ? []
    : [['tensorflow', (await selectEngine({ surroundings, name: 'tensorflow' })).engine] as const]),
];
