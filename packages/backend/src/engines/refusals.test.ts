import { expect, it } from 'vitest';
import { refuseOldProcessor } from './refuse-old-processor.ts';
import { restoreUtil } from './restore-util.ts';
import { whyNoGpu } from './why-no-gpu.ts';

it('a processor without AVX is refused, one with it or unknown is not', () => {
  expect(() => refuseOldProcessor('model name\t: old\nflags\t\t: fpu sse4_2 avx2x\n')).toThrow(/no AVX/);
  refuseOldProcessor('flags\t\t: fpu sse4_2 avx avx2\n');
  refuseOldProcessor('Features\t: fp asimd\n');
  refuseOldProcessor();
});

it('a missing driver and a driver without CUDA are told apart', () => {
  expect(whyNoGpu(() => ({}))).toMatch(/driver loads; .*CUDA 12\.5 or later and cuDNN 9/);
  expect(
    whyNoGpu(() => {
      throw new Error('cannot open');
    }),
  ).toBe('The NVIDIA driver (libcuda.so.1) is not installed.');
});

it('util has what tfjs-node calls', () => {
  const util: Record<string, unknown> = { isArray: () => 'deprecated' };
  restoreUtil(util);
  const { isNullOrUndefined, isArray } = util as Record<string, (value: unknown) => unknown>;
  expect([null, undefined, 0, ''].map((value) => isNullOrUndefined?.(value))).toEqual([true, true, false, false]);
  expect([isArray?.([]), isArray?.({})]).toEqual([true, false]);
});
