import { isA, type Tensor } from '../expression/tensor.ts';

/** The operands of a tensor's operation, where it is of one primitive. */
function operandsOf(tensor: Tensor | undefined, name: Parameters<typeof isA>[1]): readonly Tensor[] | undefined {
  return tensor && tensor.operation.primitive.name === name ? tensor.operation.inputs : undefined;
}

/** The number that a scalar repeats. */
function numberOf(tensor: Tensor | undefined): number | undefined {
  return tensor && tensor.shape.length === 0 && isA(tensor.operation, 'fill')
    ? tensor.operation.attributes.value
    : undefined;
}

/** What a tensor of one primitive is made of besides a number, which stands second. */
function withNumber(tensor: Tensor | undefined, name: 'add' | 'multiply', number: number): Tensor | undefined {
  const [x, by] = operandsOf(tensor, name) ?? [];
  return numberOf(by) === number ? x : undefined;
}

/** What `mean` over the last axis is taken of. */
function meanOf(tensor: Tensor | undefined): Tensor | undefined {
  const total = operandsOf(tensor, 'multiply')?.[0];
  const width = total?.operation.inputs[0]?.shape.at(-1);
  if (!total || !isA(total.operation, 'sum') || width === undefined) return undefined;
  const { axes } = total.operation.attributes;
  if (axes.length !== 1 || axes[0] !== total.shape.length - 1) return undefined;
  return withNumber(tensor, 'multiply', 1 / width) && total.operation.inputs[0];
}

/** A layer norm as `layerNorm` records it. */
export function matchLayerNorm(tensor: Tensor) {
  const [scaled, offset] = operandsOf(tensor, 'add') ?? [];
  const [normed, scale] = operandsOf(scaled, 'multiply') ?? [];
  const [centred, factor] = operandsOf(normed, 'multiply') ?? [];
  const [widened] = operandsOf(factor, 'rsqrt') ?? [];
  const [variance, epsilon] = operandsOf(widened, 'add') ?? [];
  const [x, mean] = operandsOf(centred, 'subtract') ?? [];
  const [squared] = operandsOf(meanOf(variance), 'square') ?? [];
  const least = numberOf(epsilon);
  if (!x || !scale || !offset || least === undefined || meanOf(mean) !== x || squared !== centred) return undefined;
  if (scale.shape.length !== 1 || offset.shape.length !== 1) return undefined;
  return { x, scale, offset, epsilon: least };
}

/** What `gelu` was taken of. */
export function matchGelu(tensor: Tensor): Tensor | undefined {
  const [half, curve] = operandsOf(tensor, 'multiply') ?? [];
  const x = withNumber(half, 'multiply', 0.5);
  const [inner] = operandsOf(withNumber(curve, 'add', 1), 'erf') ?? [];
  return x && withNumber(inner, 'multiply', Math.SQRT1_2) === x ? x : undefined;
}

/** Scores and which of them are seen, where a softmax is of `visibleSoftmax`; `fill` is what the others become. */
export function matchVisible(softmaxed: Tensor) {
  const [visible, scores, hidden] = operandsOf(operandsOf(softmaxed, 'softmax')?.[0], 'where') ?? [];
  const fill = numberOf(hidden);
  return visible && scores && fill !== undefined && fill < -1e20 ? { visible, scores, fill } : undefined;
}

/** Weights and a factor for each of their rows, where a tensor is their product: `[..., rows, columns]` and `[..., 1]`. */
export function matchRowFactor(tensor: Tensor) {
  const [weights, factor] = operandsOf(tensor, 'multiply') ?? [];
  return weights && factor && operandsOf(weights, 'softmax') && factor.shape.at(-1) === 1
    ? { weights, factor }
    : undefined;
}
