import { callable, flag, oneOf, problemsOf, type Rules, refuse, text, whole } from '@cloze/checks';
import type { EngineName, Placement } from './engine.ts';

const rules: Rules<Placement> = {
  device: text,
  intraOpThreads: whole(1),
  interOpThreads: whole(1),
  fuse: flag,
  matmulPrecision: oneOf(['float32', 'bfloat16']),
  xla: flag,
  cpuDevices: whole(1),
  onRun: callable,
};

type Field = keyof Placement;

/** What a field asks for, as a refusal says it. */
const asked: Readonly<Record<Field, string>> = {
  device: 'TensorFlow devices',
  intraOpThreads: 'choice of threads inside an operation',
  interOpThreads: 'choice of operations side by side',
  fuse: 'XLA',
  matmulPrecision: 'bfloat16 products',
  xla: 'XLA',
  cpuDevices: 'several processor devices',
  onRun: 'times of operations',
};

const fields = Object.keys(asked) as readonly Field[];

/** What an engine honours: any value of a field, or the one with which it does nothing else than without. */
type Honoured = Readonly<Partial<Record<Field, 'any' | number | boolean | 'float32'>>>;

const nothing = { fuse: false, matmulPrecision: 'float32', xla: false, cpuDevices: 1 } as const;
const onnx: Honoured = { ...nothing, intraOpThreads: 'any', interOpThreads: 'any', onRun: 'any' };
const tensorflow: Honoured = Object.fromEntries(fields.map((field) => [field, 'any']));

const honoured: Readonly<Record<EngineName, Honoured>> = {
  'tensorflow-gpu': tensorflow,
  tensorflow,
  onnx,
  'onnx:webgpu': onnx,
  'onnx:cuda': onnx,
  'onnx:dml': onnx,
  'onnx:coreml': onnx,
  'tfjs-node-gpu': nothing,
  'tfjs-node': nothing,
  reference: { ...nothing, intraOpThreads: 1, interOpThreads: 1 },
};

/**
 * Whether an engine honours everything a placement asks for.
 *
 * @throws {RangeError} naming every field that means nothing, or nothing to this engine
 */
export function checkPlacement(where: string, engine: EngineName, placement: Placement): void {
  const unheard = fields.filter((field) => {
    const [value, one] = [placement[field], honoured[engine][field]];
    return value !== undefined && one !== 'any' && one !== value;
  });
  refuse(where, [
    ...problemsOf(placement, rules, 'placement.'),
    ...unheard.map((field) => `engine '${engine}' has no ${asked[field]}: leave ${field} out, or choose 'tensorflow'`),
  ]);
}
