import { BackendError } from '../errors.ts';
import { narrowFloats } from '../expression/narrow-floats.ts';
import { type OnnxConstant, type OnnxGraph, type OnnxNode, onnxTypes } from '../onnx/onnx-model.ts';

/** The largest finite float16. */
const largest = 65_504;

function narrowed(constant: OnnxConstant): OnnxConstant {
  const { name, type, bytes } = constant;
  if (type !== 'float32') return constant;
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const beyond = values.find((value) => Math.abs(value) > largest && Number.isFinite(value));
  // What stands for minus infinity in a softmax is one number; a weight that large is something else.
  if (beyond !== undefined && values.length > 1)
    throw new BackendError(
      `float16 holds numbers up to 65,504, and '${name}' has ${beyond}; write float32 or int8 instead.`,
    );
  const fitting = beyond === undefined ? values : values.map((value) => Math.sign(value) * largest);
  const halves = narrowFloats(fitting, 'float16');
  return { ...constant, type: 'float16', bytes: new Uint8Array(halves.buffer) };
}

/**
 * A graph that computes in float16, half as large; it takes and gives the same types as before.
 *
 * @throws {BackendError} naming weights above 65,504, which float16 does not hold
 */
export function toFloat16({ nodes, constants, inputs, outputs, between = [] }: OnnxGraph): OnnxGraph {
  const real = new Set(outputs.filter(({ dtype }) => dtype === 'float32').map(({ name }) => name));
  const lowered = (node: OnnxNode): OnnxNode => {
    // A result is the last node of its kind: the way back to float32.
    if (real.has(node.outputs[0] as string)) return { ...node, type: 'Cast', attributes: { to: onnxTypes.float32 } };
    return node.type === 'Cast' && node.attributes.to === onnxTypes.float32
      ? { ...node, attributes: { to: onnxTypes.float16 } }
      : node;
  };
  return {
    ...{ nodes: nodes.map(lowered), constants: constants.map(narrowed), inputs, outputs },
    between: between.map((value) => (value.dtype === 'float32' ? { ...value, dtype: 'float16' } : value)),
  };
}
