import { constant, type Engine, evaluate, type HostTensor, referenceEngine, rootKey } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { asTensors, smallModel, tokens } from '../test/small-model.ts';
import {
  averageParameters,
  binaryCrossEntropy,
  correctEmbeddings,
  type EncoderConfig,
  type EncoderParameters,
  embedSentence,
  encodeBert,
  encoderConfig,
  enlarge,
  modelAverage,
  parameterSpecs,
  predictTokens,
  sampleTokens,
  summary,
} from './index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const ids = [2, 7, 9, 4, 11, 5];
const places = constant([1, 4], [1, 2], 'int32');
const logits = (host: EncoderParameters<HostTensor>, config: EncoderConfig) => {
  const tree = asTensors(host);
  return evaluate(engine, predictTokens(tree, encodeBert(tree, tokens(ids), config).hidden, places, config)).values;
};
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((w, v, i) => Math.max(w, Math.abs(v - (b[i] as number))), 0);

describe('enlarge', () => {
  it.each([1, 2, 3, 4, 7])('by %i leaves every logit equal to 1e-5, with norms of a large ε', (k) => {
    const { config, host } = smallModel({ normEpsilon: 1e-3 });
    const large = enlarge(host, config, k);
    expect(large.config.width).toBe(16 * k);
    expect(worst(logits(large.parameters, large.config), logits(host, config))).toBeLessThan(1e-5);
  });
  it.each([
    ['pre-layer-norm', { normPlacement: 'pre' }],
    ['relative positions', { positionKind: 'relative' }],
    ['Synthesizer', { attentionKind: 'random' }],
    ['sigmoid attention', { attentionKind: 'sigmoid' }],
    ['narrow tables and one shared block', { embeddingWidth: 8, sharedLayers: true }],
    ['relu', { activation: 'relu' }],
  ] as const)('%s too, by 2 and by 5, twice in a row as well', (_name, own) => {
    const { config, host } = smallModel({ normEpsilon: 1e-3, ...own });
    for (const k of [2, 5]) {
      const large = enlarge(host, config, k);
      expect(worst(logits(large.parameters, large.config), logits(host, config))).toBeLessThan(1e-5);
    }
    const once = enlarge(host, config, 2);
    const twice = enlarge(once.parameters, once.config, 2);
    expect(twice.config.width).toBe(64);
    expect(worst(logits(twice.parameters, twice.config), logits(host, config))).toBeLessThan(1e-5);
  });
  it("negative control: the article's 1/k for the second feed-forward bias changes the logits", () => {
    const { config, host } = smallModel();
    const large = enlarge(host, config, 2);
    const halved = (bias: HostTensor) => ({ ...bias, values: bias.values.map((v) => v * Math.SQRT1_2) });
    const layers = large.parameters.layers.map((layer) => ({
      ...layer,
      feedForward: {
        ...layer.feedForward,
        outer: {
          ...layer.feedForward.outer,
          bias: halved(layer.feedForward.outer.bias as HostTensor),
        },
      },
    }));
    expect(worst(logits({ ...large.parameters, layers }, large.config), logits(host, config))).toBeGreaterThan(1e-3);
  });
  it('says what it cannot enlarge, all at once', () => {
    const { config, host } = smallModel({ positionKind: 'rotary' });
    expect(() => enlarge(host, config, 1.5)).toThrow(/k must be a whole number from 1, got 1.5; positionKind 'rotary'/);
  });
});

describe('correctEmbeddings', () => {
  const { config, host } = smallModel();
  const row = (x: HostTensor, r: number) => Array.from(x.values.slice(r * 16, r * 16 + 16));
  it('is 0.865 E + 0.12 E[MASK] + 0.015 mean at 15 % and 80/10/10, and keeps the mean at 0.88 mean + 0.12 E[MASK]', () => {
    const { parameters, config: after } = correctEmbeddings(host, config, { maskId: 4 });
    const { tokenTable } = host.embeddings;
    const mean = (x: HostTensor) =>
      Array.from(
        { length: 16 },
        (_, f) => Array.from({ length: 20 }, (__, r) => x.values[r * 16 + f] as number).reduce((a, b) => a + b) / 20,
      );
    const average = mean(tokenTable);
    const masked = row(tokenTable, 4);
    for (const r of [0, 4, 13])
      expect(
        worst(
          row(parameters.embeddings.tokenTable, r),
          row(tokenTable, r).map((v, f) => 0.865 * v + 0.12 * (masked[f] as number) + 0.015 * (average[f] as number)),
        ),
      ).toBeLessThan(1e-6);
    expect(
      worst(
        mean(parameters.embeddings.tokenTable),
        average.map((v, f) => 0.88 * v + 0.12 * (masked[f] as number)),
      ),
    ).toBeLessThan(1e-6);
    // Untied: the output matrix is the old table.
    expect(parameters.languageModel.output).toBe(tokenTable);
    expect(after.embeddingCorrection).toEqual({ rate: 0.15, mask: 0.8, random: 0.1, keep: 0.1 });
    expect(() => correctEmbeddings(parameters, after, { maskId: 4 })).toThrow('corrected before');
  });
  it('a rate of 0 changes nothing; a frequency-weighted mean is the weighted one', () => {
    expect([
      ...correctEmbeddings(host, config, { maskId: 4, rate: 0 }).parameters.embeddings.tokenTable.values,
    ]).toEqual([...host.embeddings.tokenTable.values]);
    const frequencies = Array.from({ length: 20 }, (_, r) => (r === 7 ? 5 : 0));
    const { parameters } = correctEmbeddings(host, config, {
      maskId: 4,
      rate: 1,
      mask: 0,
      random: 1,
      keep: 0,
      frequencies,
    });
    expect(worst(row(parameters.embeddings.tokenTable, 11), row(host.embeddings.tokenTable, 7))).toBeLessThan(1e-6);
  });
  it('lists every wrong number', () => {
    expect(() => correctEmbeddings(host, config, { maskId: 20, rate: 2, mask: 0.5, frequencies: [1] })).toThrow(
      'maskId must be a row from 0 to 19, got 20; rate must be in [0, 1], got 2; mask + random + keep must be 1, got 0.7; frequencies must have 20 entries, got 1',
    );
  });
});

describe('averages', () => {
  it('averageParameters is the weighted mean, and refuses trees of another shape', () => {
    const leaf = (...values: number[]): HostTensor => ({
      shape: [values.length],
      dtype: 'float32',
      values: Float32Array.from(values),
    });
    const mean = averageParameters(
      [
        { a: leaf(1, 2), b: [leaf(4)] },
        { a: leaf(3, 6), b: [leaf(0)] },
      ],
      [1, 3],
    );
    expect([...mean.a.values, ...(mean.b[0] as HostTensor).values]).toEqual([2.5, 5, 1]);
    expect(() =>
      averageParameters<Record<string, HostTensor>>([{ a: leaf(1) }, { a: leaf(1, 2), c: leaf(1) }]),
    ).toThrow("'a' is [2] in tree 1, [1] in tree 0; tree 1 has 'c', tree 0 does not");
  });
  it('modelAverage is the logarithm of the mean probability, not the mean logit', () => {
    const got = evaluate(engine, modelAverage([constant([0, Math.log(3)], [1, 2]), constant([0, 0], [1, 2])])).values;
    expect(worst(got, [Math.log(0.375), Math.log(0.625)])).toBeLessThan(1e-6);
  });
});

describe('model average against weight average', () => {
  const x = [0.9, -1.3, 0.7];
  const weights = [1.5, -0.8, 2.1, -0.6, 1.1, 0.4];
  const keep = 0.6;
  /** Two logits of a curved function of x·ε/keep, three switches in ε. */
  const outputOf = (inputs: readonly number[]) => {
    const hidden = [0, 1].map((j) =>
      Math.tanh(inputs.reduce((sum, v, i) => sum + v * (weights[2 * i + j] as number), 0)),
    );
    return [2 * (hidden[0] as number), -1.5 * (hidden[1] as number)];
  };
  const probability = ([a, b]: readonly number[]) => 1 / (1 + Math.exp((b as number) - (a as number)));
  const switches = Array.from({ length: 8 }, (_, bits) => x.map((_, i) => (bits >> i) & 1));
  const chance = (on: readonly number[]) => on.reduce((p, e) => p * (e ? keep : 1 - keep), 1);
  const dropped = (on: readonly number[]) => outputOf(x.map((v, i) => (v * (on[i] as number)) / keep));
  const exact = switches.reduce((sum, on) => sum + chance(on) * probability(dropped(on)), 0);

  it('the mean over 4,000 dropout masks is the expectation within 4.5 standard errors; one pass without dropout is not', () => {
    const n = 4000;
    let state = 5;
    const uniform = () => ((state = (state * 48271) % 2147483647), state / 2147483647);
    const passes = Array.from({ length: n }, () => dropped(x.map(() => (uniform() < keep ? 1 : 0))));
    // Passes that agree are one: 4,000 of them are eight with weights.
    const got = evaluate(engine, modelAverage(passes.map((z) => constant(z, [1, 2])))).values;
    const spread = Math.sqrt(switches.reduce((s, on) => s + chance(on) * (probability(dropped(on)) - exact) ** 2, 0));
    expect(Math.abs(Math.exp(got[0] as number) - exact)).toBeLessThan((4.5 * spread) / Math.sqrt(n));
    expect(Math.abs(probability(outputOf(x)) - exact)).toBeGreaterThan((20 * spread) / Math.sqrt(n));
    expect(Math.exp(got[0] as number) + Math.exp(got[1] as number)).toBeCloseTo(1, 5);
  });
});

describe('embedSentence', () => {
  it('first-last averages the means of the first block and the last over real tokens', () => {
    const states = [9, 1, 5, 3].map((v) => constant([v, v, 2 * v, 2 * v, 100, 100], [1, 3, 2]));
    const hidden = states[3] as (typeof states)[number];
    const attend = constant([1, 1, 0], [1, 3], 'bool');
    expect([...evaluate(engine, embedSentence({ hidden, states }, attend, 'first-last')).values]).toEqual([3, 3]);
    expect([...evaluate(engine, embedSentence({ hidden, states }, attend, 'mean')).values]).toEqual([4.5, 4.5]);
    expect([...evaluate(engine, embedSentence({ hidden, states }, attend, 'first')).values]).toEqual([3, 3]);
    expect(() => embedSentence({ hidden, states }, attend, 'pooler')).toThrow('needs the pooler');
  });
});

describe('ELECTRA', () => {
  it('sampleTokens draws from softmax(logits): n = 20,000, each share within 4.5 standard deviations', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const n = 20_000;
    const table = constant(Array.from({ length: n }, () => p.map(Math.log)).flat(), [n / 100, 100, 4]);
    const drawn = evaluate(engine, sampleTokens(table, rootKey(constant([1, 2, 0], [3], 'int32')))).values;
    for (const [token, share] of p.entries()) {
      const got = Array.from(drawn).reduce((count: number, value) => count + (value === token ? 1 : 0), 0) / n;
      expect(Math.abs(got - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / n));
    }
  });
  it('binaryCrossEntropy equals −y ln σ(z) − (1−y) ln(1−σ(z)), is finite at ±100, and 0 without weights', () => {
    const z = [-2, 0.5, 3, 100, -100];
    const y = [1, 0, 1, 0, 1];
    const sigma = (v: number) => 1 / (1 + Math.exp(-v));
    const mean =
      (z
        .slice(0, 3)
        .reduce(
          (a, v, i) => a - (y[i] as number) * Math.log(sigma(v)) - (1 - (y[i] as number)) * Math.log(1 - sigma(v)),
          0,
        ) +
        200) /
      5;
    const lossOf = (weights: number[]) =>
      evaluate(engine, binaryCrossEntropy(constant(z), constant(y), constant(weights))).values[0] as number;
    expect(lossOf([1, 1, 1, 1, 1])).toBeCloseTo(mean, 4);
    expect(lossOf([0, 0, 0, 0, 0])).toBe(0);
  });
});

describe('summary', () => {
  it('counts parameters, bytes and matrix products by part', () => {
    const { config, host } = smallModel();
    const rows = summary(host, config, 10);
    const of = (part: string) => rows.find((r) => r.part === part);
    // 4 maps of 16×16 and two of 16×32, with biases, and two norms.
    expect(of('layers/0')).toEqual({
      part: 'layers/0',
      parameters: 4 * 272 + 544 + 528 + 64,
      bytes: 4 * 2224,
      flops: 2 * 10 * (4 * 256 + 2 * 512) + 4 * 100 * 16,
    });
    expect(of('total')?.parameters).toBe(rows.slice(0, -1).reduce((a, r) => a + r.parameters, 0));
  });
  it('BERT-base has 109,514,298 parameters and ALBERT-base 11,221,680 with the head, as transformers counts them', () => {
    const count = (own: Partial<EncoderConfig>) => {
      const config = encoderConfig({ vocabularySize: 30522, width: 768, layers: 12, ...own });
      return summary(parameterSpecs(config), config, 128);
    };
    const of = (rows: ReturnType<typeof count>, part: string) => rows.find((row) => row.part === part);
    const bert = count({});
    expect(of(bert, 'total')?.parameters).toBe(109_514_298);
    expect(of(bert, 'total')?.bytes).toBe(4 * 109_514_298);
    // PyTorch's FlopCounterMode over transformers' models with eager attention, one row of 128 tokens.
    expect(of(bert, 'total')?.flops).toBe(28_499_116_032);
    const albert = count({ vocabularySize: 30000, embeddingWidth: 128, sharedLayers: true });
    expect(of(albert, 'total')?.parameters).toBe(11_221_680);
    expect(of(albert, 'total')?.flops).toBe(23_380_623_360);
  });
});
