import { gradientTimesInput, integratedGradients } from '@cloze/eval';
import { type Figure, name, quantity } from '@cloze/quick-start';

/** An output that saturates: F(x, y) = tanh(4x) + y/4, whose gradient in x is all but gone at x = 1. */
const saturating = (points: readonly Float64Array[]) =>
  Promise.resolve(
    points.map(([x = 0, y = 0]) => ({
      value: Math.tanh(4 * x) + y / 4,
      gradient: [4 / Math.cosh(4 * x) ** 2, 1 / 4],
    })),
  );

/** How much of the output each of two inputs is given, by the gradient at the input and by the integral on the way to it. */
export async function alongThePath(): Promise<Figure> {
  const asked = { input: [1, 1], width: 1, gradient: saturating };
  const atInput = await gradientTimesInput(asked);
  const integrated = await Promise.all(
    [1, 2, 4, 8, 16, 32].map(async (steps) => ({
      steps,
      ...(await integratedGradients({ ...asked, steps, rule: 'midpoint' })),
    })),
  );
  const rowsOf = (way: string, tokens: ArrayLike<number>) =>
    ['x', 'y'].map((input, i) => ({ way, input, share: tokens[i] as number }));
  return {
    title: 'F = tanh(4x) + y/4 at (1, 1), where F − F(0) = 1.249: what each input is given',
    alt: 'Gradient times input gives the saturated input nothing; integrated gradients give it all that it did, from four steps on',
    rows: [
      ...rowsOf('gradient × input', atInput.tokens),
      ...integrated.flatMap(({ steps, tokens }) => rowsOf(`${steps} step${steps > 1 ? 's' : ''}`, tokens)),
    ],
    spec: {
      width: 380,
      height: { step: 24 },
      mark: 'bar',
      encoding: {
        y: name('way'),
        x: quantity('share', 'attribution', { stack: 'zero', scale: { zero: true } }),
        color: name('input'),
      },
    },
  };
}
