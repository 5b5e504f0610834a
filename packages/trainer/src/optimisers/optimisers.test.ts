import { readFileSync } from 'node:fs';
import {
  add,
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  fill,
  type HostTensor,
  isHostTensor,
  isTensor,
  type MapTree,
  mapTree,
  multiply,
  square,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/engines.ts';
import { schedule } from '../schedules/schedule.ts';
import { adafactor, relativeRate } from './adafactor.ts';
import { adamW } from './adam-w.ts';
import { chain } from './chain.ts';
import { clip } from './clip.ts';
import { lamb } from './lamb.ts';
import { type LeafSettings, settingOf } from './leaf-settings.ts';
import { leavesOf } from './leaves.ts';
import { muon } from './muon.ts';
import { newtonSchulz } from './newton-schulz.ts';
import type { GradientPart, Optimiser, OptimiserScalars } from './optimiser.ts';
import { sgd } from './sgd.ts';
import { stableAdamW } from './stable-adam-w.ts';

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

/** Steps on given gradients; the parameters after them. */
async function trained(
  engine: Engine,
  optimiser: Optimiser,
  steps: number,
  gradientOf: (parameter: Tensor, target: Tensor, wave: Tensor) => Tensor,
) {
  const variables = createVariables(engine, { parameters, optimiser: optimiser.initial(parameters) });
  type Fed = {
    readonly pull: MapTree<typeof parameters, Tensor>;
    readonly wave: Tensor;
    readonly scalars: OptimiserScalars<Tensor>;
  };
  const step = compile(variables, (state, { pull, wave, scalars }: Fed) => {
    const targets = leavesOf(pull, isTensor);
    const all = leavesOf(state.parameters, isTensor);
    const own = Object.fromEntries(Object.entries(all).filter(([path]) => optimiser.trains(path)));
    const gradients = Object.fromEntries(
      Object.entries(own).map(([path, p]) => [path, gradientOf(p, targets[path] as Tensor, wave)]),
    );
    const next = optimiser.update({ parameters: own, gradients, state: state.optimiser }, scalars);
    return {
      outputs: { wave: add(wave, 0) },
      state: {
        parameters: mapTree(state.parameters, (leaf, path) => next.parameters[path] ?? leaf),
        optimiser: next.state,
      },
    };
  });
  for (let t = 1; t <= steps; t++) {
    const wave: HostTensor = { shape: [], dtype: 'float32', values: Float32Array.of(1 + 0.5 * Math.sin(t)) };
    await step({ pull: nest(oracle.pull), wave, scalars: optimiser.scalars(t) });
  }
  const after = variables.read().parameters;
  variables.dispose();
  return after;
}

/** 50 steps on the oracle's gradients; the largest relative difference from its end, the worst of all engines. */
async function difference(name: string, optimiser: Optimiser) {
  const all = await Promise.all(
    engines.map(async ([, engine]) => {
      const after = await trained(engine, optimiser, 50, (p, target, wave) =>
        add(multiply(subtract(p, target), wave), multiply(multiply(square(p), p), 0.3)),
      );
      return worstDifference(after, nest(oracle.after[name] as Flat));
    }),
  );
  return Math.max(...all);
}

function worstDifference(ours: unknown, theirs: unknown): number {
  let worst = 0;
  const expected = leavesOf(theirs, isHostTensor);
  for (const [path, { values }] of Object.entries(leavesOf(ours, isHostTensor)))
    for (const [i, v] of (expected[path] as HostTensor).values.entries())
      worst = Math.max(worst, Math.abs((values[i] as number) - v) / (1 + Math.abs(v)));
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
    expect(await difference(name, sgd({ learningRate: 0.01, weightDecay: 0.05, ...options }))).toBeLessThan(bound);
  });

  it('adamW equals torch.optim.AdamW', async () => {
    expect(await difference('adamw', adamW({ learningRate: 0.01, weightDecay: 0.05 }))).toBeLessThan(bound);
  });

  it.each([
    ['lamb', {}],
    ['lambAll', { adapts: 'all' }],
  ] as const)('%s equals algorithm 2 of the paper', async (name, options) => {
    expect(await difference(name, lamb({ learningRate: 0.02, weightDecay: 0.1, ...options }))).toBeLessThan(bound);
  });

  it.each([
    ['adafactor', { weightDecay: 0.05, learningRate: 0.02 }],
    ['adafactorPlain', { scaleParameter: false, beta1: 0.9, learningRate: 0.02 }],
    ['adafactorRelative', { learningRate: (t: number) => relativeRate(t) }],
    ['adafactorWarmup', { learningRate: (t: number) => relativeRate(t, { warmupInit: true }) }],
  ])("%s equals transformers' Adafactor", async (name, options) => {
    expect(await difference(name, adafactor(options))).toBeLessThan(bound);
  });

  it('stableAdamW equals algorithm 2 of the paper', async () => {
    expect(await difference('stableAdamW', stableAdamW({ learningRate: 0.02, weightDecay: 0.1 }))).toBeLessThan(bound);
  });

  it.each([
    ['muon', {}],
    ['muonOriginal', { rateAdjustment: 'original', nesterov: false }],
  ] as const)('%s equals torch.optim.Muon in float64 on the matrix, AdamW on the rest', async (name, options) => {
    const shared = { learningRate: 0.01, weightDecay: 0.05, matrices: 'matrix' };
    expect(await difference(name, muon({ ...shared, ...options }))).toBeLessThan(bound);
  });

  it('differ from each other by far more than the bound', () => {
    const names = [
      ...['sgd', 'momentum', 'nesterov', 'lamb', 'lambAll', 'adafactor', 'adafactorPlain', 'adamw'],
      ...['stableAdamW', 'muon', 'muonOriginal'],
    ];
    for (const [i, a] of names.entries())
      for (const b of names.slice(i + 1))
        expect(worstDifference(nest(oracle.after[a] as Flat), nest(oracle.after[b] as Flat))).toBeGreaterThan(1e-3);
  });

  it('adafactor keeps rows + columns of a matrix instead of all of it', () => {
    const { adafactor: state } = adafactor({ learningRate: 0.1 }).initial(parameters);
    expect(
      [state?.row?.['matrix/kernel'], state?.column?.['matrix/kernel'], state?.variance?.['matrix/bias']].map(
        (x) => x?.shape,
      ),
    ).toEqual([[3], [4], [4]]);
    expect(Object.keys(state ?? {})).not.toContain('mean');
  });
});

describe('settings', () => {
  const cases: readonly (readonly [string, (options: LeafSettings) => Optimiser])[] = [
    ['sgd', sgd],
    ['adamW', adamW],
    ['lamb', (options) => lamb(options)],
    ['adafactor', adafactor],
    ['stableAdamW', stableAdamW],
    ['muon', (options) => muon({ matrices: 'matrix', ...options })],
  ];
  const once = (optimiser: Optimiser) => trained(engine, optimiser, 1, (p) => multiply(p, 2));

  it.each(cases)(
    'groups of %s scale the rate, set the decay and freeze by name; what is frozen has no state',
    async (_name, make) => {
      const groups = [
        { match: 'stack', rateScale: 0 },
        { match: /bias$/, rateScale: 0.5 },
        { match: 'matrix/kernel', weightDecay: 0 },
      ];
      const shared = { learningRate: 0.01, weightDecay: 0.1 };
      const grouped = await once(make({ ...shared, groups }));
      const plain = await once(make(shared));
      const undecayed = await once(make({ ...shared, weightDecay: 0 }));
      expect(grouped.stack.kernel.values).toEqual(parameters.stack.kernel.values);
      expect(grouped.matrix.kernel.values).toEqual(undecayed.matrix.kernel.values);
      expect(grouped.matrix.kernel.values).not.toEqual(plain.matrix.kernel.values);
      const frozen = await once(make({ ...shared, frozen: ['stack', /norm/] }));
      expect([frozen.stack, frozen.norm]).toEqual([parameters.stack, parameters.norm]);
      expect(frozen.matrix).toEqual(plain.matrix);
      const kept = Object.keys(leavesOf(make({ ...shared, frozen: ['stack'] }).initial(parameters), isHostTensor));
      expect(kept.filter((path) => path.includes('stack'))).toEqual([]);
    },
  );

  it.each(cases.filter(([name]) => name !== 'lamb'))('half the rate of %s moves half as far', async (_name, make) => {
    const shared = { learningRate: 0.01, weightDecay: 0.1 };
    const plain = await once(make(shared));
    const grouped = await once(make({ ...shared, groups: [{ match: /bias$/, rateScale: 0.5 }] }));
    for (const [i, before] of parameters.matrix.bias.values.entries()) {
      const move = (tree: typeof parameters) => (tree.matrix.bias.values[i] as number) - before;
      expect(Math.abs(move(grouped) / move(plain) - 0.5)).toBeLessThan(1e-3);
    }
  });

  it.each(cases)('of %s are plain data under its name, options unsaid with their defaults', (name, make) => {
    const learningRate = schedule({ learningRate: 1e-3, warmupSteps: 2, maxSteps: 9 });
    const { settings } = make({ learningRate, groups: [{ match: /bias$/, rateScale: 0.5 }], frozen: ['stack'] });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    expect(settings[name]).toMatchObject({
      learningRate: { learningRate: 1e-3, warmupSteps: 2, maxSteps: 9 },
      groups: [{ match: '/bias$/', rateScale: 0.5 }],
      frozen: ['stack'],
    });
  });

  it('refuse a pattern that matches nothing, naming it', () => {
    const optimiser = sgd({ learningRate: 0.1, groups: [{ match: /embedings/ }], frozen: ['stack', 'norm/sca'] });
    expect(() => optimiser.initial(parameters)).toThrow(
      'sgd: no parameter matches /embedings/, norm/sca; there are matrix/bias, matrix/kernel',
    );
  });

  it('refuse unknown options and numbers out of range, all at once', () => {
    const options = { learningRate: Number.NaN, beta1: 1, eps: 1e-6, weightDecay: -1 };
    expect(() => adamW(options)).toThrow(
      /^adamW: there is no option 'eps', there are learningRate, .*; learningRate must be a number from 0 or a function, got NaN; weightDecay must be a number from 0, got -1; beta1 must be a number from 0 and below 1, got 1\.$/,
    );
  });

  it('refuse a state that another optimiser made, naming what is missing', async () => {
    const other = { ...adamW({ learningRate: 0.1 }), initial: sgd({ learningRate: 0.1, momentum: 0.9 }).initial };
    await expect(once(other)).rejects.toThrow("adamW: no state 'adamW/mean/matrix/bias'");
  });

  it('layer-wise rates fall by the factor a layer, on top of a group', () => {
    const of = (path: string, groups: LeafSettings['groups'] = []) =>
      settingOf(path, { groups, layerwiseDecay: { layers: 2, decay: 0.5 } }).rateScale;
    expect([
      of('classifier/kernel'),
      of('layers/1/a/bias'),
      of('layers/0/a/bias'),
      of('embeddings/tokenTable'),
    ]).toEqual([1, 0.5, 0.25, 0.125]);
    expect(of('layers/1/a/bias', [{ match: 'layers/1', rateScale: 0.5 }])).toBe(0.25);
  });
});

describe('muon', () => {
  it('keeps one moment of a matrix of the blocks, two of the rest', () => {
    const tree = {
      layers: [{ kernel: parameters.matrix.kernel, bias: parameters.matrix.bias }],
      embeddings: { tokenTable: parameters.matrix.kernel },
    };
    const { muon: state } = muon({ learningRate: 0.1 }).initial(tree);
    expect(
      Object.fromEntries(Object.entries(state ?? {}).map(([slot, leaves]) => [slot, Object.keys(leaves)])),
    ).toEqual({
      momentum: ['layers/0/kernel'],
      mean: ['embeddings/tokenTable', 'layers/0/bias'],
      variance: ['embeddings/tokenTable', 'layers/0/bias'],
    });
  });

  it('refuses parameters without a matrix of it, naming the pattern', () => {
    expect(() => muon({ learningRate: 0.1 }).initial(parameters)).toThrow(
      'muon: no trained parameter with two axes matches /(^|\\/)layers\\//; name the matrices',
    );
  });

  it.each([
    [2, 5],
    [5, 2],
    [4, 4],
  ])('brings the singular values of a matrix of %i rows and %i columns near 1, and leaves zeros', (rows, columns) => {
    // Orthogonal rows or columns: the lengths are the singular values.
    const short = Math.min(rows, columns);
    const values = new Float32Array(rows * columns);
    const lengths = [3, 0.4, 1, 0.1].slice(0, short);
    for (const [i, length] of lengths.entries()) values[i * columns + i] = length;
    for (const [, engine] of engines) {
      const { turned, zeros } = evaluate(engine, {
        turned: newtonSchulz(constant(values, [rows, columns]), 5),
        zeros: newtonSchulz(fill([rows, columns], 0), 5),
      });
      for (const [i, value] of turned.values.entries())
        if (i % columns === Math.floor(i / columns)) expect(Math.abs(value - 0.9)).toBeLessThan(0.25);
        else expect(Math.abs(value)).toBeLessThan(1e-6);
      expect([...zeros.values]).toEqual(new Array(rows * columns).fill(0));
    }
  });
});

describe('chain', () => {
  it('keys state by part, so that a part more shifts nothing', () => {
    const counting: GradientPart = {
      name: 'count',
      settings: {},
      initial: () => ({ steps: { all: { shape: [], dtype: 'float32', values: Float32Array.of(0) } } }),
      update: ({ gradients, state }) => ({ gradients, state }),
    };
    const optimiser = adamW({ learningRate: 0.1 });
    const paths = (given: Optimiser) => Object.keys(leavesOf(given.initial(parameters), isHostTensor));
    expect(paths(chain(clip(1), optimiser))).toEqual(paths(optimiser));
    expect(paths(chain(clip(1), counting, optimiser))).toEqual([...paths(optimiser), 'count/steps/all']);
    expect(chain(clip(2), optimiser).settings).toEqual({ clip: { maxNorm: 2 }, ...optimiser.settings });
    expect(() => chain(clip(1), clip(2), optimiser)).toThrow('chain: clip stands twice');
  });

  it('keeps what a part returns, and clips before the optimiser reads', async () => {
    const doubling: GradientPart = {
      name: 'double',
      settings: {},
      initial: (leaves) => ({
        seen: Object.fromEntries(Object.keys(leaves).map((path) => [path, leaves[path] as HostTensor])),
      }),
      scalars: (step) => ({ factor: { shape: [], dtype: 'float32', values: Float32Array.of(step + 1) } }),
      update: ({ gradients }, { factor }) => {
        const seen = Object.fromEntries(
          Object.entries(gradients).map(([path, g]) => [path, multiply(g, factor as Tensor)]),
        );
        return { gradients: seen, state: { seen } };
      },
    };
    const plain = await trained(engine, sgd({ learningRate: 0.02 }), 1, (p) => p);
    const doubled = await trained(engine, chain(doubling, sgd({ learningRate: 0.01 })), 1, (p) => p);
    expect(worstDifference(doubled, plain)).toBeLessThan(1e-7);
    const clipped = await trained(engine, chain(clip(1e-3), sgd({ learningRate: 1 })), 1, (p) => p);
    const moved = Object.entries(leavesOf(clipped, isHostTensor)).flatMap(([path, { values }]) =>
      Array.from(values, (v, i) => v - ((leavesOf(parameters, isHostTensor)[path]?.values[i] as number) ?? 0)),
    );
    expect(Math.abs(Math.hypot(...moved) - 1e-3)).toBeLessThan(1e-6);
    expect(() => clip(0)).toThrow('clip: maxNorm must be a number above 0, got 0.');
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
    ['wsd', { ...warm, lrSchedulerType: 'warmup_stable_decay', numDecaySteps: 12 }],
    [
      'wsdCosine',
      { ...warm, lrSchedulerType: 'warmup_stable_decay', numDecaySteps: 12, decayType: 'cosine', minLrRatio: 0.1 },
    ],
    [
      'wsdSqrt',
      { ...warm, lrSchedulerType: 'warmup_stable_decay', numDecaySteps: 12, decayType: '1-sqrt', minLrRatio: 0.05 },
    ],
  ] as const)("%s equals transformers' at 61 steps", (name, options) => {
    const rate = schedule(options);
    const expected = oracle.schedules[name] as number[];
    expect(expected).toHaveLength(61);
    // A transformers cosine of several waves goes on after the end, as ours does; both are compared there too.
    for (const [step, value] of expected.entries()) expect(Math.abs(rate(step) - value)).toBeLessThan(1e-15);
  });
  it('names every option that does not fit', () => {
    expect(() => schedule({ learningRate: -1, warmupSteps: 9, maxSteps: 5 })).toThrow(
      'learningRate must be a number above 0, got -1; warmupSteps must be at most maxSteps, got 9 and 5',
    );
  });
});
