import { createRequire } from 'node:module';
import { join } from 'node:path';
import { checkOptions, text } from '@cloze/checks';
import type * as Tfjs from '@tensorflow/tfjs-core';
import type { HostTensor } from '../expression/host-tensors.ts';
import type { Operation } from '../expression/tensor.ts';
import { lowerToTfjs, tfjsRuns } from '../lowering/tfjs-table.ts';
import type { Engine, EngineName } from './engine.ts';
import { interpretedEngine } from './interpreted-engine.ts';
import { loadQuietly } from './load-quietly.ts';
import { restoreUtil } from './restore-util.ts';

type TfjsName = Extract<EngineName, 'tfjs-node' | 'tfjs-node-gpu'>;
/** A whole tfjs: tfjs-core and a list of versions. */
type Core = typeof Tfjs & { readonly version?: Readonly<Record<string, string>> };

/** How a tfjs engine is opened. */
export interface TfjsEngineOptions {
  /** Folder from which `@tensorflow/tfjs-node(-gpu)` is resolved, default this package's own. */
  readonly from?: string | undefined;
}

/** The tfjs that tfjs-node carries: its copy of tfjs-core is the only one that has its kernels. */
function load(module: string, from: string | undefined): Core {
  // tfjs's ES modules do not resolve in Node; their CommonJS main does.
  const require = createRequire(from === undefined ? import.meta.url : join(from, 'package.json'));
  restoreUtil(require('node:util') as Record<string, unknown>);
  try {
    return loadQuietly(() => {
      const tf = require(module) as Core;
      // Production mode silences tfjs's advertisements.
      tf.env().set('PROD', true);
      return tf;
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const absent = code === 'MODULE_NOT_FOUND' && message.includes(`'${module}'`);
    throw new Error(
      `${module} ${absent ? 'is not installed (it is optional)' : `does not load: ${message.split('\n')[0]}`}.`,
    );
  }
}

/** What a backend computes on. @throws when tfjs-node-gpu is wanted and has no GPU */
function devicesOf(name: TfjsName, tf: Core): string[] {
  const backend: object = tf.backend();
  const gpu = 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true;
  if (name === 'tfjs-node-gpu' && !gpu) throw new Error('@tensorflow/tfjs-node-gpu loads but found no GPU.');
  return [gpu ? 'GPU:0' : 'CPU:0'];
}

/**
 * Opens a `tfjs-node(-gpu)` that the user has installed as an engine, operation by operation.
 *
 * @throws when its package is missing, does not load or does not start, or `tfjs-node-gpu` finds no GPU
 */
export async function tfjsEngine(name: TfjsName, options: TfjsEngineOptions = {}): Promise<Engine> {
  checkOptions('tfjsEngine', options, { from: text });
  const module = `@tensorflow/${name}`;
  const backend = 'tensorflow';
  const tf = load(module, options.from);
  const select = () => tf.getBackend() === backend || tf.setBackend(backend);
  if (!(await select())) throw new Error(`${module} is installed but its backend '${backend}' did not start.`);
  await tf.ready();
  const devices = devicesOf(name, tf);
  const runner = {
    has: tfjsRuns,
    run: (operation: Operation, inputs: readonly Tfjs.Tensor[]) => {
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
    version: tf.version?.tfjs ?? tf.version_core,
    origin: module,
    devices,
    runner,
    // Tensors that tfjs knows of, and values that the backend holds: a kernel may forget either.
    liveHandles: () => {
      select();
      return tf.memory().numTensors + tf.backend().numDataIds();
    },
    dispose: () => {},
  });
}
