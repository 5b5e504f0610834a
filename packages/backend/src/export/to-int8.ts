import { type OnnxConstant, type OnnxGraph, type OnnxNode, onnxTypes } from '../onnx/onnx-model.ts';

/**
 * The largest whole number that a weight becomes. Processors without VNNI add two products of 8-bit numbers in 16 bits: 2·255·64 fits, 2·255·127 does not.
 */
const reach = 64;

const floatsOf = ({ bytes }: OnnxConstant) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const bytesOf = ({ buffer, byteOffset, byteLength }: Int8Array | Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A matrix as `scale · whole numbers`, a scale for each row or each column. */
function wholeNumbers(
  matrix: OnnxConstant,
  each: 'row' | 'column',
): readonly [whole: OnnxConstant, scales: Float32Array] {
  const [rows, columns] = matrix.shape as readonly [number, number];
  const values = floatsOf(matrix);
  const scales = new Float32Array(each === 'row' ? rows : columns);
  const group = (place: number) => (each === 'row' ? Math.floor(place / columns) : place % columns);
  for (let i = 0; i < values.length; i++)
    scales[group(i)] = Math.max(scales[group(i)] as number, Math.abs(values[i] as number));
  for (let i = 0; i < scales.length; i++) scales[i] = (scales[i] as number) / reach || 1;
  const whole = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) whole[i] = Math.round((values[i] as number) / (scales[group(i)] as number));
  return [{ name: `${matrix.name}.int8`, type: 'int8', shape: matrix.shape, bytes: bytesOf(whole) }, scales];
}

/**
 * A graph whose matrices are int8, about a quarter as large; it takes and gives the same types as before.
 *
 * Products: `x ≈ s(q − z)` by its least and largest number in each run (`DynamicQuantizeLinear`), `W ≈ W_q·diag(t)` with a scale for each column
 * and |W_q| ≤ 64, so that `x·W ≈ s·(q − z)W_q·diag(t)`, the middle in whole numbers (`MatMulInteger`). Tables: a scale for each row. What is
 * neither a factor of a product nor a table stays float32.
 */
export function toInt8({ nodes, constants, ...values }: OnnxGraph): OnnxGraph {
  const stored = new Map(constants.map((constant) => [constant.name, constant]));
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const added = new Map<string, OnnxConstant>();
  const written: OnnxNode[] = [];
  const known = new Map<string, readonly [whole: string, scales: Float32Array]>();
  const matrixOf = (name: string): OnnxConstant | undefined => {
    const found = stored.get(name);
    return found?.type === 'float32' && found.shape.length === 2 ? found : undefined;
  };
  const keep = (constant: OnnxConstant): string => {
    added.set(constant.name, constant);
    return constant.name;
  };
  const quantised = (matrix: OnnxConstant, each: 'row' | 'column') => {
    const key = `${matrix.name} ${each}`;
    const there = known.get(key);
    if (there) return there;
    const [whole, scales] = wholeNumbers(matrix, each);
    const made = [keep(whole), scales] as const;
    known.set(key, made);
    return made;
  };
  const scalesAs = (matrix: OnnxConstant, scales: Float32Array, shape: readonly number[]) =>
    keep({ name: `${matrix.name}.scale${shape.length}`, type: 'float32', shape, bytes: bytesOf(scales) });
  const add = (
    type: string,
    from: readonly string[],
    to: readonly string[],
    attributes: OnnxNode['attributes'] = {},
  ) => {
    written.push({ type, inputs: from, outputs: to, attributes, domain: '' });
    return to[0] as string;
  };
  const steps = new Map<string, readonly [whole: string, scale: string, zero: string]>();
  /** The operand of a product in whole numbers; several products of one operand share them. */
  const stepsOf = (x: string) => {
    const there = steps.get(x);
    if (there) return there;
    const made = [`${x}.uint8`, `${x}.scale`, `${x}.zero`] as const;
    add('DynamicQuantizeLinear', [x], made);
    steps.set(x, made);
    return made;
  };
  for (const node of nodes) {
    const [x, by] = node.inputs as [string, string];
    const [out] = node.outputs as [string];
    const turned = producers.get(by);
    const direct = matrixOf(by);
    const matrix = direct ?? (turned?.type === 'Transpose' ? matrixOf(turned.inputs[0] as string) : undefined);
    if (node.type === 'MatMul' && matrix) {
      const [whole, scales] = quantised(matrix, direct ? 'column' : 'row');
      const factor = direct ? whole : add('Transpose', [whole], [`${out}.turned`], turned?.attributes ?? {});
      const [steps8, scale, zero] = stepsOf(x);
      const product = add('MatMulInteger', [steps8, factor, zero], [`${out}.int32`]);
      const real = add('Cast', [product], [`${out}.float`], { to: onnxTypes.float32 });
      const both = add('Mul', [scale, scalesAs(matrix, scales, [scales.length])], [`${out}.scale`]);
      add('Mul', [real, both], [out]);
    } else if (node.type === 'Gather' && matrixOf(x)) {
      const table = matrixOf(x) as OnnxConstant;
      const [whole, scales] = quantised(table, 'row');
      const found = add('Gather', [whole, by], [`${out}.int8`], node.attributes);
      const real = add('Cast', [found], [`${out}.float`], { to: onnxTypes.float32 });
      const scale = add('Gather', [scalesAs(table, scales, [scales.length, 1]), by], [`${out}.scale`], node.attributes);
      add('Mul', [real, scale], [out]);
    } else written.push(node);
  }
  const all = [...constants, ...added.values()];
  const results = new Set(values.outputs.map(({ name }) => name));
  // What only led to a factor that is int8 now (its transpose, say) is needed by nothing.
  const needed = new Set(written.flatMap(({ inputs: from }) => from));
  const kept = written.filter((node) => node.outputs.some((name) => needed.has(name) || results.has(name)));
  const used = new Set(kept.flatMap(({ inputs: from }) => from));
  return { nodes: kept, constants: all.filter(({ name }) => used.has(name)), ...values };
}
