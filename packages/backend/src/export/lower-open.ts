import { evaluate } from '../compile/evaluate.ts';
import { referenceEngine } from '../engines/reference-engine.ts';
import { BackendError } from '../errors.ts';
import { type HostTensor, hostArrays, sizeOf } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import { isA, type Operation, record, type Tensor } from '../expression/tensor.ts';
import { lowerToOnnx } from '../lowering/onnx-table.ts';
import { constant } from '../operations/leaves.ts';
import type { Aligned } from './align-traces.ts';
import { type Extent, isFixed, namedExtent, sameExtent } from './extents.ts';
import type { GraphWriter } from './graph-writer.ts';
import { matchGelu, matchLayerNorm, matchRowFactor, matchVisible } from './patterns.ts';

/** Primitives that do the same at every place, whatever the shape. */
const elementwise: ReadonlySet<PrimitiveName> = new Set([
  ...([
    'add',
    'subtract',
    'multiply',
    'divide',
    'maximum',
    'minimum',
    'negate',
    'exp',
    'log',
    'sqrt',
    'rsqrt',
  ] as const),
  ...(['square', 'tanh', 'sigmoid', 'softplus', 'erf', 'abs', 'sign', 'stopGradient', 'cast', 'bounded'] as const),
]);

/** Primitives whose shape ONNX's own rules lose where sizes are open. */
const described: ReadonlySet<PrimitiveName> = new Set(['reshape', 'slice', 'broadcastTo', 'fill'] as const);

/** Primitives whose entry in the ONNX table writes their shape as numbers. */
const shaped: ReadonlySet<PrimitiveName> = new Set(['segmentSum', 'placeColumns', 'pad']);

/**
 * Writes expressions as nodes in which batch and length are open.
 *
 * Layer norm, Gelu and attention's softmax are written as the nodes that ONNX Runtime fuses. What is flattened to
 * `[batch·length, …]` for a product stays `[batch, length, …]`: ONNX multiplies it as it is.
 *
 * @param weights values of variables by path @returns the name under which a tensor is found; nodes are added when it is asked for
 */
export function openLowering(
  writer: GraphWriter,
  { extents, growing }: Aligned,
  weights: ReadonlyMap<string, HostTensor>,
  inputs: ReadonlyMap<Tensor, string>,
): (tensor: Tensor) => string {
  const names = new Map<Tensor, string>(inputs);
  const rows = new Map<Tensor, string | undefined>();
  const folded = new Map<Tensor, HostTensor | undefined>();
  const engine = referenceEngine();
  const scalar = (value: number) => writer.constant('float32', [], Float32Array.of(value));
  const op = writer.op;
  const extentsOf = (tensor: Tensor) => extents.get(tensor) as readonly Extent[];
  const open = (tensor: Tensor) => extentsOf(tensor).some((extent) => !isFixed(extent));

  /** The value of what depends on no input, where it is worth a place in the file. */
  const knownValue = (tensor: Tensor): HostTensor | undefined => {
    if (folded.has(tensor)) return folded.get(tensor);
    const { operation } = tensor;
    const found = (): HostTensor | undefined => {
      if (isA(operation, 'variable')) return weights.get(operation.attributes.path);
      if (isA(operation, 'constant')) return growing.has(operation) ? undefined : operation.attributes.value;
      if (isA(operation, 'fill') && sizeOf(tensor.shape) === 1) {
        const { value } = operation.attributes;
        return { ...tensor, values: hostArrays[tensor.dtype].of(value) };
      }
      if (operation.inputs.length === 0 || open(tensor)) return undefined;
      const from = operation.inputs.map(knownValue);
      if (!from.every((value) => value !== undefined)) return undefined;
      if (sizeOf(tensor.shape) > from.reduce((sum, { shape }) => sum + sizeOf(shape), 0)) return undefined;
      const constants = from.map(({ values, shape, dtype }) => constant(values, shape, dtype));
      return evaluate(
        engine,
        record(operation.primitive, constants, operation.outputs, operation.attributes)[tensor.index] as Tensor,
      );
    };
    const value = found();
    folded.set(tensor, value);
    return value;
  };

  /** One list of numbers of several. */
  const joined = (parts: readonly string[]): string =>
    parts.length === 1 ? (parts[0] as string) : op('Concat', parts, { axis: 0 });

  const shapeOf = (tensor: Tensor): string => {
    const own = extentsOf(tensor);
    return own.every(isFixed)
      ? writer.ints(own.map(({ factor }) => factor))
      : op('Concat', own.map(writer.extent), { axis: 0 });
  };

  /** A shape as ONNX's Reshape reads it: 0 is the axis as it was, one −1 what is left. */
  const reshape = (x: Tensor, to: Tensor): string => {
    const [before, after] = [extentsOf(x), extentsOf(to)];
    const said = after.map((extent, axis) => {
      if (isFixed(extent)) return extent.factor;
      const there = before[axis];
      return there && sameExtent(there, extent) ? 0 : -1;
    });
    const shape = said.filter((extent) => extent === -1).length > 1 ? shapeOf(to) : writer.ints(said);
    return op('Reshape', [nameOf(x), shape]);
  };

  const slice = (operation: Operation<'slice'>, [x, lead]: readonly [name: string, lead: number]): string => {
    const [before, after] = [extentsOf(operation.inputs[0] as Tensor), extentsOf(operation.outputs[0] as Tensor)];
    const { begin } = operation.attributes;
    const axes = [...begin.keys()].filter((axis) => !sameExtent(before[axis] as Extent, after[axis] as Extent));
    const ends = axes.map((axis) => {
      const extent = after[axis] as Extent;
      if (isFixed(extent)) return writer.ints([extent.factor + (begin[axis] as number)]);
      const size = writer.extent(extent);
      return begin[axis] === 0 ? size : op('Add', [size, writer.ints([begin[axis] as number])]);
    });
    return op('Slice', [
      x,
      writer.ints(axes.map((axis) => begin[axis] as number)),
      joined(ends),
      writer.ints(axes.map((axis) => axis + lead)),
    ]);
  };

  /** A matrix as a product reads it. */
  const factorOf = (b: Tensor, transposed: boolean): string => {
    if (!transposed) return nameOf(b);
    const rank = b.shape.length;
    const order = b.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    // Two changes of the order of axes are one.
    if (isA(b.operation, 'transpose')) {
      const { order: own } = b.operation.attributes;
      return op('Transpose', [nameOf(b.operation.inputs[0] as Tensor)], {
        perm: order.map((axis) => own[axis] as number),
      });
    }
    return op('Transpose', [nameOf(b)], { perm: order });
  };

  const matmul = ({ inputs: [a, b], attributes }: Operation<'matmul'>): string => {
    const { transposeA, transposeB } = attributes;
    const by = factorOf(b as Tensor, transposeB);
    // A factor of each row may as well wait until the rows are shorter.
    const scaled = transposeA ? undefined : matchRowFactor(a as Tensor);
    if (scaled) return op('Mul', [op('MatMul', [nameOf(scaled.weights), by]), nameOf(scaled.factor)]);
    return op('MatMul', [factorOf(a as Tensor, transposeA), by]);
  };

  /** A node made of the operands as `of` finds them. */
  const combined = (tensor: Tensor, of: (operand: Tensor) => string): string => {
    const norm = matchLayerNorm(tensor);
    if (norm)
      return op('LayerNormalization', [of(norm.x), nameOf(norm.scale), nameOf(norm.offset)], {
        axis: -1,
        epsilon: { float: norm.epsilon },
      });
    const curved = matchGelu(tensor);
    if (curved) {
      const x = of(curved);
      const erf = op('Erf', [op('Div', [x, scalar(Math.SQRT2)])]);
      return op('Mul', [op('Mul', [x, op('Add', [erf, scalar(1)])]), scalar(0.5)]);
    }
    return lowerToOnnx(writer, tensor.operation.inputs.map(of), tensor.operation)[tensor.index] as string;
  };

  /** Whether extents are those of rows under one another: `[batch·length, …]`. */
  const isFlat = ([first, ...rest]: readonly Extent[]): boolean =>
    first?.factor === 1 && first.powers.join() === '1,1' && rest.every(isFixed);
  /** Whether they are those of rows that stand apart, `[batch, length, …]`, with what follows in a flat tensor. */
  const areApart = ([batch, length, ...rest]: readonly Extent[], [, ...flat]: readonly Extent[]): boolean =>
    [batch, length].every(
      (extent, axis) => extent?.factor === 1 && extent.powers[axis] === 1 && extent.powers[1 - axis] === 0,
    ) &&
    rest.length === flat.length &&
    rest.every((extent, axis) => sameExtent(extent, flat[axis] as Extent));

  /** `[batch·length, …]` as `[batch, length, …]`, where it came about without leaving that form. */
  const rowsOf = (tensor: Tensor): string | undefined => {
    if (rows.has(tensor)) return rows.get(tensor);
    const { operation } = tensor;
    const isSmall = (operand: Tensor) =>
      operand.shape.length < tensor.shape.length && extentsOf(operand).every(isFixed);
    const asOperand = (operand: Tensor) => (isSmall(operand) ? nameOf(operand) : (rowsOf(operand) as string));
    const found = (): string | undefined => {
      if (!isFlat(extentsOf(tensor))) return undefined;
      const [x, b] = operation.inputs;
      if (isA(operation, 'reshape') && x) {
        if (areApart(extentsOf(x), extentsOf(tensor))) return nameOf(x);
        const own = isFlat(extentsOf(x)) ? rowsOf(x) : undefined;
        return own && op('Reshape', [own, writer.ints([0, 0, ...tensor.shape.slice(1)])]);
      }
      if (isA(operation, 'gatherRows') && x && b) {
        const own = knownValue(x) && rowsOf(b);
        return own && (lowerToOnnx(writer, [nameOf(x), own], operation)[0] as string);
      }
      if (isA(operation, 'matmul') && x && b && knownValue(b) && !operation.attributes.transposeA) {
        const own = rowsOf(x);
        return own && op('MatMul', [own, factorOf(b, operation.attributes.transposeB)]);
      }
      if (isA(operation, 'slice') && x && operation.attributes.begin[0] === 0) {
        const own = rowsOf(x);
        return own && slice(operation, [own, 1]);
      }
      const normed = matchLayerNorm(tensor)?.x ?? matchGelu(tensor);
      const operands = normed ? [normed] : elementwise.has(operation.primitive.name) ? operation.inputs : [];
      if (operands.length === 0) return undefined;
      return operands.every((operand) => isSmall(operand) || rowsOf(operand) !== undefined)
        ? combined(tensor, asOperand)
        : undefined;
    };
    const name = found();
    rows.set(tensor, name);
    return name;
  };

  const made = (tensor: Tensor): string => {
    const { operation } = tensor;
    const grown = growing.get(operation);
    if (grown) {
      const whole = writer.stored(`constant${names.size}`, grown.value);
      const ends = grown.axes.map((axis) => writer.extent(extentsOf(tensor)[axis] as Extent));
      const zeros = writer.ints(grown.axes.map(() => 0));
      return op('Slice', [whole, zeros, joined(ends), writer.ints(grown.axes)]);
    }
    const value = knownValue(tensor);
    if (value) {
      const path = isA(operation, 'variable')
        ? operation.attributes.path.replaceAll('/', '.')
        : `constant${names.size}`;
      return sizeOf(value.shape) > 16
        ? writer.stored(path, value)
        : writer.constant(value.dtype, value.shape, value.values);
    }
    const [x] = operation.inputs;
    if (isA(operation, 'reshape') && x) {
      const own = isFlat(extentsOf(x)) && areApart(extentsOf(tensor), extentsOf(x)) ? rowsOf(x) : undefined;
      if (own) return own;
      return reshape(x, tensor);
    }
    const own = rowsOf(tensor);
    if (own) return op('Reshape', [own, writer.ints([-1, ...tensor.shape.slice(1)])]);
    if (isA(operation, 'matmul')) return matmul(operation);
    if (isA(operation, 'slice') && x) return slice(operation, [nameOf(x), 0]);
    if (isA(operation, 'broadcastTo') && x) return op('Expand', [nameOf(x), shapeOf(tensor)]);
    if (isA(operation, 'fill') && open(tensor)) {
      const one = lowerToOnnx(
        writer,
        [],
        record(operation.primitive, [], [{ shape: [], dtype: tensor.dtype }], operation.attributes)[0]
          ?.operation as Operation,
      )[0] as string;
      return op('Expand', [one, shapeOf(tensor)]);
    }
    if (isA(operation, 'softmax')) {
      const seen = matchVisible(tensor);
      if (seen) {
        const bias = op('Where', [nameOf(seen.visible), scalar(0), scalar(seen.fill)]);
        return op('Softmax', [op('Add', [nameOf(seen.scores), bias])], { axis: -1 });
      }
    }
    if (shaped.has(operation.primitive.name) && operation.outputs.some(open))
      throw new BackendError(
        `exportGraph: '${operation.primitive.name}' cannot be written with batch and length left open.`,
      );
    return combined(tensor, nameOf);
  };

  const nameOf = (tensor: Tensor): string => {
    const there = names.get(tensor);
    if (there !== undefined) return there;
    const name = made(tensor);
    names.set(tensor, name);
    if (open(tensor) && (described.has(tensor.operation.primitive.name) || growing.has(tensor.operation)))
      writer.describe({ name, dtype: tensor.dtype, shape: extentsOf(tensor).map(namedExtent) });
    return name;
  };
  return nameOf;
}
