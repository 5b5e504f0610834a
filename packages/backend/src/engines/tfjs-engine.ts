import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs-core';
import type { HostTensor } from '../expression/tensor.ts';
import { lowerToTfjs } from '../lowering/tfjs-table.ts';
import type { Engine, EngineName } from './engine.ts';
import { interpretedEngine } from './interpreted-engine.ts';

// tfjs's ES modules do not resolve in Node; their CommonJS main does.
const require = createRequire(import.meta.url);

const modules: Partial<Record<EngineName, readonly [module: string, backend: string]>> = {
  cpu: ['@tensorflow/tfjs-backend-cpu', 'cpu'],
  wasm: ['@tensorflow/tfjs-backend-wasm', 'wasm'],
  'tfjs-node': ['@tensorflow/tfjs-node', 'tensorflow'],
  'tfjs-node-gpu': ['@tensorflow/tfjs-node-gpu', 'tensorflow'],
};

const quietly = <T>(run: () => T): T => {
  // tfjs announces itself and its fallbacks on the console; a library must not.
  const { warn, log, info } = console;
  console.warn = console.log = console.info = () => {};
  try {
    return run();
  } finally {
    Object.assign(console, { warn, log, info });
  }
};

/** Opens a tfjs backend as an engine: `cpu`, `wasm`, or an installed `tfjs-node`. @throws when its package is missing or does not load */
export async function tfjsEngine(name: 'cpu' | 'wasm' | 'tfjs-node' | 'tfjs-node-gpu'): Promise<Engine> {
  const [module, backend] = modules[name] as readonly [string, string];
  const tf = quietly(() => require('@tensorflow/tfjs-core') as typeof Tfjs);
  // Production mode silences tfjs's advertisement of tfjs-node.
  tf.env().set('PROD', true);
  quietly(() => require(module));
  const select = () => tf.getBackend() === backend || tf.setBackend(backend);
  if (!(await select())) throw new Error(`${module} is installed but its backend '${backend}' did not start.`);
  await tf.ready();
  const runner = {
    run: (operation: Parameters<typeof lowerToTfjs>[2], inputs: readonly Tfjs.Tensor[]) => {
      select();
      return lowerToTfjs(tf, inputs, operation);
    },
    fromHost: ({ shape, dtype, values }: HostTensor) => {
      select();
      return tf.tensor(values.slice(), [...shape], dtype);
    },
    toHost: (handle: Tfjs.Tensor): HostTensor => ({
      shape: [...handle.shape],
      dtype: handle.dtype as HostTensor['dtype'],
      values: (handle.dtype === 'bool'
        ? Uint8Array.from(handle.dataSync())
        : handle.dataSync().slice()) as HostTensor['values'],
    }),
    release: (handle: Tfjs.Tensor) => handle.dispose(),
  };
  return interpretedEngine({
    name,
    version: tf.version_core,
    runner,
    liveHandles: () => tf.memory().numTensors,
    dispose: () => {},
  });
}
