import { readFileSync } from 'node:fs';
import {
  add,
  compile,
  createVariables,
  type Engine,
  flattenTree,
  type HostTensor,
  isHostTensor,
  isTensor,
  mapTree,
  multiply,
  square,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { schedule } from '../schedules/schedule.ts';
import { adafactor, adafactorStep, initialAdafactor, relativeRate } from './adafactor.ts';
import { adamW, adamWStep, initialAdamW } from './adam-w.ts';
import { initialLamb, lamb, lambStep } from './lamb.ts';
import { layerwiseRates, parameterGroups } from './parameter-groups.ts';
import { initialSgd, sgd, sgdStep } from './sgd.ts';

type Flat = Readonly<Record<string, { readonly shape: number[]; readonly values: number[] }>>;
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/optimisers.json', import.meta.url), 'utf8')) as {
  start: Flat;
  pull: Flat;
  after: Record<string, Flat>;
  schedules: Record<string, number[]>;
};
const host = ({ shape, values }: Flat[string]): HostTensor => ({
  shape,
  dtype: 'float32',
  values: Float32Array.from(values),
});
const nest = (flat: Flat) => ({
  matrix: { kernel: host(flat['matrix/kernel'] as never), bias: host(flat['matrix/bias'] as never) },
  norm: { scale: host(flat['norm/scale'] as never) },
  stack: { kernel: host(flat['stack/kernel'] as never) },
});
const parameters = nest(oracle.start);
const [, engine] = engines[0] as (typeof engines)[number];

type Update = (
  operands: { parameters: typeof parameters; gradients: unknown; state: never },
  scalars: never,
) => { parameters: unknown; state: unknown };

/** 50 steps on the oracle's gradients; the largest relative difference from its end. */
async function differenceOn(
  engine: Engine,
  name: string,
  initial: unknown,
  scalarsOf: (t: number) => unknown,
  update: Update,
) {
  const variables = createVariables(engine, { parameters, state: initial as typeof parameters });
  const step = compile(variables, (state, { pull, wave, scalars }: { pull: never; wave: Tensor; scalars: never }) => {
    const targets = pull as typeof parameters;
    const at = new Map<string, Tensor>();
    for (const [path, leaf] of flattenTree(targets, isTensor)) at.set(path, leaf);
    const gradients = mapTree(state.parameters, (p: Tensor, path) =>
      add(multiply(subtract(p, at.get(path) as Tensor), wave), multiply(multiply(square(p), p), 0.3)),
    );
    const next = update({ parameters: state.parameters as never, gradients, state: state.state as never }, scalars);
    return { outputs: { wave: add(wave, 0) }, state: { parameters: next.parameters, state: next.state } as never };
  });
  for (let t = 1; t <= 50; t++) {
    const wave: HostTensor = { shape: [], dtype: 'float32', values: Float32Array.of(1 + 0.5 * Math.sin(t)) };
    await step({ pull: nest(oracle.pull), wave, scalars: scalarsOf(t) } as never);
  }
  const worst = worstDifference(variables.read().parameters, nest(oracle.after[name] as Flat));
  variables.dispose();
  return worst;
}

/** The worst of all engines. */
async function difference(...[name, initial, scalarsOf, update]: [string, unknown, (t: number) => unknown, Update]) {
  const all = await Promise.all(engines.map(([, engine]) => differenceOn(engine, name, initial, scalarsOf, update)));
  return Math.max(...all);
}

function worstDifference(ours: unknown, theirs: unknown): number {
  let worst = 0;
  const expected = new Map(flattenTree(theirs, isHostTensor));
  for (const [path, { values }] of flattenTree(ours, isHostTensor)) {
    for (const [i, v] of (expected.get(path) as HostTensor).values.entries())
      worst = Math.max(worst, Math.abs((values[i] as number) - v) / (1 + Math.abs(v)));
  }
  return worst;
}

describe('optimisers over 50 steps, against PyTorch in float64', () => {
  // Float32 against float64: 50 steps of rounding at 2⁻²⁴ stay below this.
  const bound = 2e-5;

  it.each([
    ['sgd', {}],
    ['momentum', { momentum: 0.9 }],
    ['nesterov', { momentum: 0.9, nesterov: true }],
  ])('%s equals torch.optim.SGD', async (name, options) => {
    const update: Update = (operands, scalars) => sgd(operands, scalars, { ...options, weightDecay: 0.05 });
    expect(await difference(name, initialSgd(parameters), () => sgdStep(0.01), update)).toBeLessThan(bound);
  });

  it('adamW equals torch.optim.AdamW', async () => {
    const update: Update = (operands, scalars) => adamW(operands, scalars, { weightDecay: 0.05 });
    expect(await difference('adamw', initialAdamW(parameters), (t) => adamWStep(t, 0.01), update)).toBeLessThan(bound);
  });

  it.each([
    ['lamb', {}],
    ['lambAll', { adapts: () => true }],
  ])('%s equals algorithm 2 of the paper', async (name, options) => {
    const update: Update = (operands, scalars) => lamb(operands, scalars, { ...options, weightDecay: 0.1 });
    expect(await difference(name, initialLamb(parameters), (t) => lambStep(t, 0.02), update)).toBeLessThan(bound);
  });

  it.each([
    ['adafactor', { weightDecay: 0.05 }, () => 0.02],
    ['adafactorPlain', { scaleParameter: false, beta1: 0.9 }, () => 0.02],
    ['adafactorRelative', {}, (t: number) => relativeRate(t)],
    ['adafactorWarmup', {}, (t: number) => relativeRate(t, { warmupInit: true })],
  ])("%s equals transformers' Adafactor", async (name, options, rate) => {
    const update: Update = (operands, scalars) => adafactor(operands, scalars, options);
    const initial = initialAdafactor(parameters, options);
    expect(await difference(name, initial, (t) => adafactorStep(t, rate(t)), update)).toBeLessThan(bound);
  });

  it('differ from each other by far more than the bound', () => {
    const names = ['sgd', 'momentum', 'nesterov', 'lamb', 'lambAll', 'adafactor', 'adafactorPlain', 'adamw'];
    for (const [i, a] of names.entries())
      for (const b of names.slice(i + 1))
        expect(worstDifference(nest(oracle.after[a] as Flat), nest(oracle.after[b] as Flat))).toBeGreaterThan(1e-3);
  });

  it('adafactor keeps rows + columns of a matrix instead of all of it', () => {
    const { matrix } = initialAdafactor(parameters);
    expect([matrix.kernel.row?.shape, matrix.kernel.column?.shape, matrix.bias.variance?.shape]).toEqual([
      [3],
      [4],
      [4],
    ]);
  });
});

describe('parameter groups', () => {
  it('scale the rate, set the decay and freeze by name, in every optimiser', async () => {
    const groupOf = parameterGroups(parameters, [
      { match: /^stack\//, rateScale: 0 },
      { match: /bias$/, rateScale: 0.5 },
      { match: /^matrix\/kernel$/, weightDecay: 0 },
    ]);
    const once = async (initial: unknown, scalars: unknown, update: Update) => {
      const variables = createVariables(engine, { parameters, state: initial as typeof parameters });
      const step = compile(variables, (state, fed: { scalars: never }) => {
        const gradients = mapTree(state.parameters, (p: Tensor) => multiply(p, 2));
        const next = update(
          { parameters: state.parameters as never, gradients, state: state.state as never },
          fed.scalars,
        );
        return { outputs: {}, state: { parameters: next.parameters, state: next.state } as never };
      });
      await step({ scalars } as never);
      const after = variables.read().parameters;
      variables.dispose();
      return after;
    };
    const cases: [unknown, unknown, (options: object) => Update][] = [
      [initialSgd(parameters), sgdStep(0.01), (options) => (o, s) => sgd(o, s, options)],
      [initialAdamW(parameters), adamWStep(1, 0.01), (options) => (o, s) => adamW(o, s, options)],
      [
        initialLamb(parameters),
        lambStep(1, 0.01),
        (options) => (o, s) => lamb(o, s, { ...options, adapts: () => false }),
      ],
      [initialAdafactor(parameters), adafactorStep(1, 0.01), (options) => (o, s) => adafactor(o, s, options)],
    ];
    for (const [initial, scalars, update] of cases) {
      const grouped = await once(initial, scalars, update({ weightDecay: 0.1, groupOf }));
      const plain = await once(initial, scalars, update({ weightDecay: 0.1 }));
      const undecayed = await once(initial, scalars, update({ weightDecay: 0 }));
      expect(grouped.stack.kernel.values).toEqual(parameters.stack.kernel.values);
      expect(grouped.matrix.kernel.values).toEqual(undecayed.matrix.kernel.values);
      expect(grouped.matrix.kernel.values).not.toEqual(plain.matrix.kernel.values);
      for (const [i, before] of parameters.matrix.bias.values.entries()) {
        const move = (tree: typeof parameters) => (tree.matrix.bias.values[i] as number) - before;
        expect(Math.abs(move(grouped) / move(plain) - 0.5)).toBeLessThan(1e-3);
      }
    }
  });

  it('refuse a pattern that matches nothing, naming it', () => {
    expect(() => parameterGroups(parameters, [{ match: /embedings/ }])).toThrow(
      'no parameter matches /embedings/; there are matrix/bias, matrix/kernel',
    );
  });

  it('layer-wise rates fall by the factor a layer', () => {
    const rates = layerwiseRates({ layers: 2, decay: 0.5 });
    const of = (path: string) => rates(path).rateScale;
    expect([
      of('classifier/kernel'),
      of('layers/1/a/bias'),
      of('layers/0/a/bias'),
      of('embeddings/tokenTable'),
    ]).toEqual([1, 0.5, 0.25, 0.125]);
  });
});

describe('schedule', () => {
  const warm = { learningRate: 3e-4, warmupSteps: 7, maxSteps: 50 };
  it.each([
    ['constant', { ...warm, lrSchedulerType: 'constant' }],
    ['linear', warm],
    ['linearCold', { ...warm, warmupSteps: 0 }],
    ['cosine', { ...warm, lrSchedulerType: 'cosine' }],
    ['cosineWaves', { ...warm, lrSchedulerType: 'cosine', numCycles: 1.5 }],
    ['polynomial', { ...warm, lrSchedulerType: 'polynomial', lrEnd: 1e-5, power: 2 }],
    ['inverse_sqrt', { learningRate: 3e-4, warmupSteps: 7, lrSchedulerType: 'inverse_sqrt' }],
    ['inverseScaled', { learningRate: 3e-4, warmupSteps: 7, lrSchedulerType: 'inverse_sqrt', timescale: 20 }],
  ] as const)("%s equals transformers' at 61 steps", (name, options) => {
    const rate = schedule(options);
    const expected = oracle.schedules[name] as number[];
    expect(expected).toHaveLength(61);
    // A transformers cosine of several waves goes on after the end, as ours does; both are compared there too.
    for (const [step, value] of expected.entries()) expect(Math.abs(rate(step) - value)).toBeLessThan(1e-15);
  });
  it('names every option that does not fit', () => {
    expect(() => schedule({ learningRate: -1, warmupSteps: 9, maxSteps: 5 })).toThrow(
      'learningRate must be positive, got -1; warmupSteps must be at most maxSteps, got 9 and 5',
    );
  });
});
