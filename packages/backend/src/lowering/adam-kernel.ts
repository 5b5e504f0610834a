import type { OverStretches } from './kernel-work.ts';
import { f32, i32, type Kernel, op, v128 } from './wasm-kernel.ts';

/**
 * AdamW in WebAssembly, four numbers at once, for engines without the kernel; formula at `adamStep`, in single precision as TensorFlow's.
 *
 * Leaves stay where they are: stretches of them are copied into the kernel's memory, which the processor's cache holds, and back.
 */

/** Numbers of a stretch. */
const stretch = 4096;
const [parameters, means, variances, gradients] = [0, 4 * stretch, 8 * stretch, 12 * stretch];

// Parameters, then locals.
const [end, meanShare, varianceShare, kept, scale, epsilon] = [0, 1, 2, 3, 4, 5];
const [at, meanShare4, varianceShare4, kept4, scale4, epsilon4, gradient, mean, variance] = [
  6, 7, 8, 9, 10, 11, 12, 13, 14,
];
const { get, set } = op;
const load = (from: number) => [...get(at), ...op.load4(from)];
const splat = (from: number, to: number) => [...get(from), ...op.splat4, ...set(to)];
/** x + (y − x) · share, where x is a local. */
const towards = (x: number, y: readonly number[], share: number) => [
  ...[...get(x), ...y, ...get(x), ...op.minus4, ...get(share), ...op.times4, ...op.add4],
];

export const adamKernel: Kernel = {
  parameters: [i32, f32, f32, f32, f32, f32],
  results: [],
  locals: [
    [1, i32],
    [8, v128],
  ],
  body: [
    ...[...splat(meanShare, meanShare4), ...splat(varianceShare, varianceShare4), ...splat(kept, kept4)],
    ...[...splat(scale, scale4), ...splat(epsilon, epsilon4)],
    ...op.loop,
    ...[...load(gradients), ...set(gradient)],
    ...[...load(means), ...set(mean), ...towards(mean, get(gradient), meanShare4), ...set(mean)],
    ...[...get(at), ...get(mean), ...op.store4(means)],
    ...[...load(variances), ...set(variance)],
    ...[...towards(variance, [...get(gradient), ...get(gradient), ...op.times4], varianceShare4), ...set(variance)],
    ...[...get(at), ...get(variance), ...op.store4(variances)],
    ...get(at),
    ...[...load(parameters), ...get(kept4), ...op.times4],
    ...[...get(mean), ...get(scale4), ...op.times4, ...get(variance), ...op.root4, ...get(epsilon4), ...op.add4],
    ...[...op.over4, ...op.minus4, ...op.store4(parameters)],
    ...[...get(at), ...op.int(16), ...op.add, ...set(at)],
    ...[...get(at), ...get(end), ...op.lessInt, ...op.branchIf(0)],
    ...op.end,
    ...op.end,
  ],
};

/** Leaves of one shape, written in place but for the gradient. */
export interface AdamLeaves {
  readonly parameter: Float32Array<ArrayBuffer>;
  readonly mean: Float32Array<ArrayBuffer>;
  readonly variance: Float32Array<ArrayBuffer>;
  readonly gradient: Float32Array<ArrayBuffer>;
}

/** What a step multiplies with: `m ← m + (g − m)·meanShare`, `v ← v + (g² − v)·varianceShare`, `p ← p·kept − m·scale / (√v + epsilon)`. */
export interface AdamFactors {
  readonly meanShare: number;
  readonly varianceShare: number;
  readonly kept: number;
  readonly scale: number;
  readonly epsilon: number;
}

/** One step over leaves, in place. */
export const adamJob = (
  { parameter, mean, variance, gradient }: AdamLeaves,
  { meanShare, varianceShare, kept, scale, epsilon }: AdamFactors,
): OverStretches => ({
  kind: 'overStretches',
  kernel: 'adam',
  stretch,
  arrays: [parameter, mean, variance, gradient],
  written: 3,
  numbers: [meanShare, varianceShare, kept, scale, epsilon],
});
