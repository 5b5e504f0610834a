import { homedir } from 'node:os';
import { type Engine, findLibtensorflow, selectEngine, tfjsEngine } from '@cloze/backend';

const surroundings = { env: process.env, home: homedir(), platform: process.platform, arch: process.arch };

/** The engines a test runs on: JavaScript everywhere, libtensorflow where it is found. */
export const engines: readonly (readonly [string, Engine])[] = [
  ['cpu', await tfjsEngine('cpu')],
  ...('reason' in findLibtensorflow(surroundings)
    ? []
    : [['tensorflow', (await selectEngine({ surroundings, name: 'tensorflow' })).engine] as const]),
];
