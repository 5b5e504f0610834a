import { type Engine, findLibtensorflow, onnxEngine, referenceEngine, selectEngine, thisMachine } from '@cloze/backend';

const surroundings = thisMachine();
const missing = 'reason' in findLibtensorflow(surroundings);

/** Opens the engines a test runs on: the reference and ONNX Runtime everywhere, libtensorflow where it is found. */
export const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['reference', async () => referenceEngine()],
  ['onnx', async () => onnxEngine()],
  ...(missing
    ? []
    : [['tensorflow', async () => (await selectEngine({ surroundings, name: 'tensorflow' })).engine] as const]),
];
