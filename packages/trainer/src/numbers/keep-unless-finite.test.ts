import {
  add,
  compile,
  createVariables,
  gradients,
  type HostTensor,
  multiply,
  square,
  sum,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { type AdamWStep, adamW, adamWStep, initialAdamW } from '../optimisers/adam-w.ts';
import { keepUnlessFinite } from './keep-unless-finite.ts';

describe.each(engines)('keepUnlessFinite on %s', (_name, engine) => {
  const scalar = (value: number): HostTensor => ({ shape: [], dtype: 'float32', values: Float32Array.of(value) });
  const parameters = { w: { shape: [2], dtype: 'float32' as const, values: Float32Array.of(1, 2) } as HostTensor };
  const guarded = () => {
    const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters) });
    const step = compile(variables, (state, inputs: AdamWStep<Tensor> & { noise: Tensor; norm: Tensor }) => {
      const { noise, norm, ...scalars } = inputs;
      const loss = multiply(sum(square(state.parameters.w)), noise);
      const slopes = gradients(loss, state.parameters);
      const next = adamW({ parameters: state.parameters, gradients: slopes, state: state.optimiser }, scalars);
      const updated = { parameters: next.parameters, optimiser: next.state };
      return { outputs: { loss: add(loss, 0) }, state: keepUnlessFinite([loss, norm], updated, state) as never };
    });
    const run = async (t: number, noise: number, norm = 1) => {
      await step({ ...adamWStep(t, 0.1), noise: scalar(noise), norm: scalar(norm) });
      return JSON.stringify(variables.read());
    };
    return { run, start: JSON.stringify(variables.read()) };
  };

  it('leaves parameters and moments untouched by a loss or norm that is no number', async () => {
    const { run, start } = guarded();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(await run(1, bad)).toBe(start);
      expect(await run(1, 1, bad)).toBe(start);
    }
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
