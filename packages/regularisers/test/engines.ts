import { type Engine, findLibtensorflow, selectEngine, tfjsEngine, thisMachine } from '@cloze/backend';

const surroundings = thisMachine();
const missing = 'reason' in findLibtensorflow(surroundings);

/** Opens the engines a test runs on: JavaScript and WebAssembly everywhere, libtensorflow where it is found. */
export const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['cpu', () => tfjsEngine('cpu')],
  ['wasm', () => tfjsEngine('wasm')],
  ...(missing
    ? []
    : [['tensorflow', async () => (await selectEngine({ surroundings, name: 'tensorflow' })).engine] as const]),
];
