import { adamKernel } from './adam-kernel.ts';
import type { KernelModules } from './kernel-work.ts';
import { philoxRowKernel } from './philox-kernel.ts';
import { philoxMasksKernel } from './philox-masks.ts';
import { compileKernel } from './wasm-kernel.ts';

let compiled: KernelModules | undefined;

/** All kernels, compiled once. */
export function kernelModules(): KernelModules {
  compiled ??= {
    adam: compileKernel(adamKernel),
    philoxRow: compileKernel(philoxRowKernel),
    philoxMasks: compileKernel(philoxMasksKernel),
  };
  return compiled;
}
