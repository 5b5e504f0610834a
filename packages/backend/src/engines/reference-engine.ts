import { checkOptions, oneOf } from '@cloze/checks';
import type { HostTensor } from '../expression/host-tensors.ts';
import {
  lowerToReference,
  type ReferencePrecision,
  type ReferenceValue,
  referenceRuns,
} from '../lowering/reference-table.ts';
import type { Engine } from './engine.ts';
import { interpretedEngine } from './interpreted-engine.ts';

/** What a value of the reference is outside: real numbers in single precision. */
function toHost({ shape, dtype, values }: ReferenceValue): HostTensor {
  if (values instanceof Float64Array) return { shape, dtype, values: Float32Array.from(values) };
  return { shape, dtype, values: values.slice() };
}

/**
 * Opens the engine that all others are judged by: every primitive as its formula reads, in plain TypeScript, one after the other.
 *
 * It runs wherever JavaScript runs and is slow: for tests, for models of a few thousand parameters, and where nothing else is to be had.
 *
 * @param options.precision of real numbers between operations, `float32` (default) or `float64`; each operation computes in double precision
 */
export function referenceEngine(options: { readonly precision?: ReferencePrecision } = {}): Engine {
  checkOptions('referenceEngine', options, { precision: oneOf(['float32', 'float64']) });
  const { precision = 'float32' } = options;

  let handles = 0;
  return interpretedEngine<ReferenceValue>({
    name: 'reference',
    version: '1',
    origin: '@cloze/backend',
    devices: [`reference: TypeScript, ${precision}, 1 thread`],
    runner: {
      has: referenceRuns,
      run: (operation, inputs) => {
        const results = lowerToReference(inputs, operation, precision);
        handles += results.length;
        return results;
      },
      fromHost: ({ shape, dtype, values }) => {
        handles++;
        const kept = dtype === 'float32' && precision === 'float64' ? Float64Array.from(values) : values.slice();
        return { shape: [...shape], dtype, values: kept };
      },
      toHost,
      release: () => {
        handles--;
      },
    },
    liveHandles: () => handles,
    dispose: () => {},
  });
}
