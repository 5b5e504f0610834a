import { type HostTensor, multiply, square, sum, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { adamW } from '../optimisers/adam-w.ts';
import { trainingStep } from './training-step.ts';
import { trainingVariables } from './training-variables.ts';

const scalar = (value: number): HostTensor => ({ shape: [], dtype: 'float32', values: Float32Array.of(value) });

describe.each(engines)('a step that skips what is not finite, on %s', (_name, engine) => {
  const parameters = { w: { shape: [2], dtype: 'float32', values: Float32Array.of(1, 2) } satisfies HostTensor };
  const guarded = () => {
    const optimiser = adamW({ learningRate: 0.1 });
    const variables = trainingVariables(engine, { parameters, optimiser, average: true, accumulate: true });
    const step = trainingStep({
      variables,
      optimiser,
      objective: ({ w }: { readonly w: Tensor }, { noise }: { readonly noise: Tensor }) => ({
        loss: multiply(sum(square(w)), noise),
      }),
      seed: 1,
    });
    const run = async (t: number, first: number, ...more: number[]) => {
      await step(t, { noise: scalar(first) }, ...more.map((noise) => ({ noise: scalar(noise) })));
      return JSON.stringify(variables.read());
    };
    return { run, start: JSON.stringify(variables.read()) };
  };

  it('leaves parameters, moments and average untouched by a loss that is no number, or a slope that overflows', async () => {
    const { run, start } = guarded();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(await run(1, bad)).toBe(start);
      expect(await run(1, 1, bad)).toBe(start);
    }
    // The loss is finite, the square of its slope is not.
    expect(await run(1, 1e30)).toBe(start);
    expect(await run(1, 1)).not.toBe(start);
  });

  it('goes on as if the skipped updates had not been', async () => {
    const [clean, skipping] = [guarded(), guarded()];
    let [expected, found] = ['', ''];
    for (let t = 1; t <= 4; t++) {
      expected = await clean.run(t, 1);
      await skipping.run(t, Number.NaN);
      found = await skipping.run(t, 1);
    }
    expect(found).toBe(expected);
  });
});
