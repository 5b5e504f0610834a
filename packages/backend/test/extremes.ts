import {
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  findLibtensorflow,
  floats,
  type HostTensor,
  onnxEngine,
  type Placement,
  referenceEngine,
  selectEngine,
  type Tensor,
  thisMachine,
} from '../src/index.ts';

/** Where numbers end: zeros of both signs, infinities, NaN, what exp and log overflow and underflow at, below the least normal number, and usual ones. */
export const extremes = [
  ...[0, -0, Infinity, -Infinity, Number.NaN, 88, 89, -87, -104, 1e-40, -1e-40],
  ...[1e-38, 3.4e38, -3.4e38, 1e-8, 1, -1, 0.5, -30, 30, 1e4],
].map(Math.fround);

/** Least normal float32: below it engines may give zero instead. */
const normal = 2 ** -126;

/**
 * Whether a value is what doubles give, rounded: NaN for NaN, infinities alike, within 3e-6 of the value or 1e-38 where it is next to nothing,
 * a few units in the last place; on the way to overflow the largest number and infinity are both right.
 */
export function near(found: number, exact: number): boolean {
  const rounded = Math.fround(exact);
  if (Number.isNaN(rounded)) return Number.isNaN(found);
  if (!Number.isFinite(rounded)) return found === rounded || (Math.abs(found) >= 3.4e38 && found > 0 === rounded > 0);
  if (Math.abs(exact) > 3.3e38 && Math.abs(found) >= 3.3e38) return true;
  return Math.abs(found - exact) <= 3e-6 * Math.abs(exact) + 2 * normal;
}

const surroundings = thisMachine();
/** Whether an engine may take a number for zero. */
export const subnormal = (x: number) => x !== 0 && Math.abs(x) < normal;

/** Who runs it: every engine op by op, and graphs as graphs. */
export const ways: (readonly [name: string, engine: Engine, placement: Placement | 'eager'])[] = [
  ['reference', referenceEngine(), 'eager'],
];
ways.push(['onnx, compiled', onnxEngine(), {}]);
if ('directory' in findLibtensorflow(surroundings)) {
  const { engine } = await selectEngine({ surroundings, name: 'tensorflow' });
  ways.push(['tensorflow', engine, 'eager'], ['tensorflow, compiled', engine, { fuse: false }]);
  ways.push(['tensorflow, fuse', engine, { fuse: true }], ['tensorflow, xla', engine, { xla: true }]);
}

/** Runs a function of fed tensors. */
export async function run(
  engine: Engine,
  placement: Placement | 'eager',
  of: (x: Record<string, Tensor>) => Tensor,
  fed: Record<string, HostTensor>,
): Promise<number[]> {
  if (placement === 'eager') {
    const constants = Object.fromEntries(
      Object.entries(fed).map(([name, { values, shape, dtype }]) => [name, constant(values, shape, dtype)]),
    );
    return [...evaluate(engine, of(constants)).values];
  }
  const variables = createVariables(engine, {}, placement);
  try {
    const compiled = compile(variables, (_state, batch: Record<string, Tensor>) => ({ outputs: { out: of(batch) } }));
    return [...(await compiled(fed)).out.values];
  } finally {
    variables.dispose();
  }
}

/** Numbers as a tensor `[count]`. */
export const vector = (values: readonly number[]) => floats([values.length], Float32Array.from(values));
