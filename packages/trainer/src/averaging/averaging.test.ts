import {
  add,
  compile,
  createVariables,
  divide,
  evaluate,
  fill,
  gradients,
  type HostTensor,
  matmul,
  multiply,
  square,
  subtract,
  sum,
  type Tensor,
  tfjsEngine,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { type AdamWStep, adamW, adamWStep, initialAdamW } from '../optimisers/adam-w.ts';
import { accumulate, accumulatedGradients, initialAccumulated } from './accumulate.ts';
import { averageCheckpoints } from './average-checkpoints.ts';
import { averageDecay, movingAverage } from './moving-average.ts';

const engine = await tfjsEngine('cpu');
const host = (shape: readonly number[], at: (i: number) => number): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from({ length: shape.reduce((n, x) => n * x, 1) }, (_, i) => at(i)),
});

describe('accumulate', () => {
  const rows = 32;
  const x = host([rows, 6], (i) => Math.sin(i * 1.7));
  const y = host([rows, 3], (i) => Math.cos(i * 0.9));
  // Rows of weight 0 and 1, as masked positions are: parts of 8 rows weigh differently.
  const w = host([rows, 1], (i) => (i % 5 === 0 || (i > 8 && i < 14) ? 0 : 1));
  const part = ({ shape, values }: HostTensor, from: number, count: number) => {
    const width = shape[1] as number;
    return {
      shape: [count, width],
      dtype: 'float32' as const,
      values: values.slice(from * width, (from + count) * width),
    };
  };
  const parameters = { kernel: host([6, 3], (i) => Math.sin(i)), bias: host([3], () => 0.1) };
  type Parameters = { readonly kernel: Tensor; readonly bias: Tensor };
  type Rows<T> = { readonly x: T; readonly y: T; readonly w: T };
  const lossOf = ({ kernel, bias }: Parameters, { x, y, w }: Rows<Tensor>) => {
    const wrong = square(square(subtract(add(matmul(x, kernel), bias), y)));
    return divide(sum(multiply(wrong, w)), sum(w));
  };
  const rowsFrom = (from: number, count: number) => ({
    x: part(x, from, count),
    y: part(y, from, count),
    w: part(w, from, count),
  });

  /** 5 steps of AdamW in parts of `count` rows; `weigh` false is the mistake of averaging means. */
  async function run(count: number, weigh = true) {
    const variables = createVariables(engine, {
      parameters,
      optimiser: initialAdamW(parameters),
      accumulated: initialAccumulated(parameters),
    });
    const add = compile(variables, (state, rows: Rows<Tensor>) => {
      const slopes = gradients(lossOf(state.parameters, rows), state.parameters);
      const weight = weigh ? sum(rows.w) : fill([], 1);
      return { outputs: {}, state: { ...state, accumulated: accumulate(state.accumulated, slopes, weight) } as never };
    });
    const apply = compile(variables, (state, scalars: AdamWStep<Tensor>) => {
      const { gradients: slopes, emptied } = accumulatedGradients(state.accumulated);
      const next = adamW({ parameters: state.parameters, gradients: slopes, state: state.optimiser }, scalars);
      return {
        outputs: {},
        state: { parameters: next.parameters, optimiser: next.state, accumulated: emptied } as never,
      };
    });
    for (let t = 1; t <= 5; t++) {
      for (let from = 0; from < rows; from += count) await add(rowsFrom(from, count));
      await apply(adamWStep(t, 0.01));
    }
    const { kernel, bias } = variables.read().parameters;
    variables.dispose();
    return [...kernel.values, ...bias.values];
  }
  const apart = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));

  it('4 x 8 rows equal 1 x 32 to 1e-6 where parts weigh differently, and a mean of means does not', async () => {
    const whole = await run(32);
    expect(apart(await run(8), whole)).toBeLessThan(1e-6);
    expect(apart(await run(8, false), whole)).toBeGreaterThan(1e-4);
  });
});

describe('movingAverage', () => {
  it('is the closed form over 20 steps', () => {
    let average = 1;
    let held = fill([], 1);
    for (let t = 1; t <= 20; t++) {
      const [parameter, decay] = [Math.sin(t), averageDecay(t)];
      average = decay * average + (1 - decay) * parameter;
      held = movingAverage({ p: held }, { p: fill([], parameter) }, fill([], decay)).p;
    }
    expect(Math.abs((evaluate(engine, { held }).held.values[0] as number) - average)).toBeLessThan(1e-6);
    expect([averageDecay(0), averageDecay(1e9)]).toEqual([0.1, 0.999]);
  });
});

describe('averageCheckpoints', () => {
  it('is the mean, and names what does not fit', () => {
    const one = new Map([['w', host([2], (i) => i)]]);
    const two = new Map([['w', host([2], (i) => 3 * i + 1)]]);
    expect([...(averageCheckpoints([one, two]).get('w')?.values ?? [])]).toEqual([0.5, 2.5]);
    expect(() => averageCheckpoints([one, new Map([['w', host([3], () => 0)]])])).toThrow("'w' is [3] in 1, [2] in 0");
    expect(() => averageCheckpoints([])).toThrow('got none');
  });
});
