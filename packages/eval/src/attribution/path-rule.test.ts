import { expect, it } from 'vitest';
import { captum } from '../../test/small-network.ts';
import { type PathRuleName, pathRule, pathRuleNames } from './path-rule.ts';

const integral = (rule: PathRuleName, steps: number, f: (t: number) => number) => {
  const { nodes, weights } = pathRule(rule, steps);
  return nodes.reduce((sum, t, i) => sum + (weights[i] as number) * f(t), 0);
};

it.each(pathRuleNames)('%s: weights sum to 1, nodes lie in [0, 1], and a constant is integrated exactly', (rule) => {
  for (const steps of [2, 3, 20, 101]) {
    expect(integral(rule, steps, () => 1)).toBeCloseTo(1, 12);
    const { nodes } = pathRule(rule, steps);
    expect(Math.min(...nodes)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...nodes)).toBeLessThanOrEqual(1);
  }
});

it.each(Object.entries(captum.legendre))("Gauss and Legendre's %s nodes equal NumPy's", (steps, [nodes, weights]) => {
  const rule = pathRule('gauss-legendre', Number(steps));
  for (const [i, node] of nodes.entries()) {
    expect(rule.nodes[i]).toBeCloseTo(node, 13);
    expect(rule.weights[i]).toBeCloseTo(weights[i] as number, 13);
  }
});

it('Gauss and Legendre integrate degree 2n − 1 exactly, 2n not', () => {
  expect(integral('gauss-legendre', 3, (t) => 6 * t ** 5)).toBeCloseTo(1, 13);
  expect(Math.abs(integral('gauss-legendre', 3, (t) => 7 * t ** 6) - 1)).toBeGreaterThan(1e-3);
});

it('of ∫ 3t² with 20 points: the error of each rule in closed form, and the bias of the article’s', () => {
  const square = (t: number) => 3 * t * t;
  const n = 20;
  expect(integral('left', n, square)).toBeCloseTo(1 - 3 / (2 * n) + 1 / (2 * n * n), 12);
  expect(integral('right', n, square)).toBeCloseTo(1 + 3 / (2 * n) + 1 / (2 * n * n), 12);
  expect(integral('midpoint', n, square)).toBeCloseTo(1 - 1 / (4 * n * n), 12);
  expect(integral('trapezoid', n, square)).toBeCloseTo(1 + 1 / (2 * (n - 1) ** 2), 12);
  expect(integral('both-ends', n, square)).toBeCloseTo(1.0263157894736843, 12);
});

it('refuses too few steps', () => {
  expect(() => pathRule('trapezoid', 1)).toThrow('trapezoid needs a whole number of steps from 2; got 1');
  expect(() => pathRule('left', 0.5)).toThrow('got 0.5');
});
