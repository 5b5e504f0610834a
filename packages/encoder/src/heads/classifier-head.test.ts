import { constant, evaluate, fill, type HostTensor, referenceEngine, rootKey } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import type { FamilyName } from '../families/families.ts';
import { classifierHead, type HeadParameters } from './classifier-head.ts';

const engine = referenceEngine();
const config = { width: 2, activation: 'relu' } as const;
const map = [
  [1, -2],
  [0.5, 1],
] as const;
const out = [0.7, -1.3] as const;
/** Two rows of three tokens. */
const rows = [
  [0.4, -0.2, 9, 9, -0.6, 0.3],
  [-0.5, 0.8, 9, 9, 0.9, 0.1],
] as const;
const hidden = constant(rows.flat(), [2, 3, 2]);
const linear = (kernel: readonly number[], width: number, bias: readonly number[]) => ({
  kernel: constant([...kernel], [2, width]),
  bias: constant([...bias], [width]),
});
const dense = linear(map.flat(), 2, [0.1, 0.2]);
const parameters = { pooler: dense, classifierDense: dense, classifier: linear(out, 1, [0.25]) };

const relu = (x: number) => Math.max(0, x);
/** x·Φ(x), Φ by the series of erf. */
function gelu(x: number): number {
  let [term, sum] = [x / Math.SQRT2, x / Math.SQRT2];
  for (let n = 1; n < 40; n++) {
    term *= -(x * x) / 2 / n;
    sum += term / (2 * n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(Math.PI));
}

/** `out · f(map · x + b) + 0.25`, written out. */
const logitOf = ([x, y]: readonly [number, number], curve: ((v: number) => number) | undefined) => {
  const [a, b] = curve ? [curve(x + 0.5 * y + 0.1), curve(-2 * x + y + 0.2)] : [x, y];
  return out[0] * a + out[1] * b + 0.25;
};
const pairOf = (row: readonly number[], i: number): [number, number] => [
  row[2 * i] as number,
  row[2 * i + 1] as number,
];

describe('classifierHead', () => {
  it.each([
    ['bert', Math.tanh, 0, Math.tanh],
    ['albert', Math.tanh, 0, Math.tanh],
    ['roberta', Math.tanh, 0, Math.tanh],
    ['electra', gelu, 0, gelu],
    ['roformer', relu, 2, undefined],
    ['t-ta', Math.tanh, 0, Math.tanh],
  ] as const)('of %s has the map and curve of transformers’ classes', (family, curve, choicePosition, choiceCurve) => {
    const head = classifierHead(family, config);
    const found = evaluate(engine, {
      classes: head.classify(parameters, hidden),
      choices: head.choose(parameters, hidden, 2),
      labels: head.labelTokens(parameters, hidden),
    });
    expect([found.classes.shape, found.choices.shape, found.labels.shape]).toEqual([
      [2, 1],
      [1, 2],
      [2, 3, 1],
    ]);
    for (const [i, row] of rows.entries()) {
      expect(found.classes.values[i]).toBeCloseTo(logitOf(pairOf(row, 0), curve), 5);
      expect(found.choices.values[i]).toBeCloseTo(logitOf(pairOf(row, choicePosition), choiceCurve), 5);
      for (const j of [0, 1, 2])
        expect(found.labels.values[3 * i + j]).toBeCloseTo(logitOf(pairOf(row, j), undefined), 5);
    }
  });

  it('drops before its own map as well as after, before a pooler not: of 4096 values a half and a quarter stay, within 5 deviations', () => {
    const width = 64;
    const eye = {
      kernel: constant(
        Array.from({ length: width * width }, (_, i) => (i % (width + 1) ? 0 : 1)),
        [width, width],
      ),
      bias: fill([width], 0),
    };
    const ones = fill([64, 3, width], 1);
    const all = { pooler: eye, classifierDense: eye, classifier: eye };
    const key = rootKey(constant([1, 2, 0], [3], 'int32'));
    const staying = (family: FamilyName) => {
      const head = classifierHead(family, { width, activation: 'gelu' });
      const { values } = evaluate(engine, head.classify(all, ones, { dropout: 0.5, key }));
      return values.filter((value) => value !== 0).length / values.length;
    };
    expect(Math.abs(staying('bert') - 0.5)).toBeLessThan((5 * 0.5) / 64);
    expect(Math.abs(staying('roberta') - 0.25)).toBeLessThan((5 * Math.sqrt(0.1875)) / 64);
  });

  it('draws the maps that a kind needs, and takes over a pretrained pooler', () => {
    const shapes = (family: FamilyName, kind: 'sequence' | 'tokens' | 'span' | 'choice') => {
      const drawn: HeadParameters<HostTensor> = classifierHead(family, config).initial(kind, 3, streamFrom(1));
      return Object.fromEntries(Object.entries(drawn).map(([name, { kernel }]) => [name, kernel.shape]));
    };
    expect(shapes('bert', 'sequence')).toEqual({ pooler: [2, 2], classifier: [2, 3] });
    expect(shapes('electra', 'sequence')).toEqual({ classifierDense: [2, 2], classifier: [2, 3] });
    expect(shapes('roberta', 'tokens')).toEqual({ classifier: [2, 3] });
    expect(shapes('roformer', 'choice')).toEqual({ classifier: [2, 3] });
    expect(shapes('bert', 'span')).toEqual({ span: [2, 2] });
    const { pooler } = classifierHead('bert', config).initial('sequence', 3, streamFrom(9));
    expect(pooler).toBeDefined();
    const again = classifierHead('albert', config).initial('choice', 1, streamFrom(1), pooler && { pooler });
    expect(again.pooler).toBe(pooler);
  });

  it('draws them as transformers does: BERT normal with nothing cut, ModernBERT by its width and cut at two', () => {
    const wide = { ...config, width: 256, drawDeviation: 0.03 };
    const told = (family: FamilyName) => {
      const { classifier }: HeadParameters<HostTensor> = classifierHead(family, wide).initial(
        'tokens',
        256,
        streamFrom(4),
      );
      const values = Array.from(classifier?.kernel.values ?? []);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      return { deviation, beyond: (limit: number) => values.filter((value) => Math.abs(value) > limit).length / n };
    };
    const n = 256 * 256;
    // Of n numbers: five standard errors, of the deviation (1/√2n of it) and of the share of a normal beyond two deviations, 4.55 %.
    const bert = told('bert');
    expect(Math.abs(bert.deviation / 0.03 - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
    expect(Math.abs(bert.beyond(0.06) - 0.0455)).toBeLessThan(5 * Math.sqrt((0.0455 * 0.9545) / n));
    const modern = told('modernbert');
    // A normal cut at two has 0.8796 of its deviation left.
    expect(Math.abs(modern.deviation / (0.8796 / 16) - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
    expect(modern.beyond(2 / 16)).toBe(0);
  });

  it('names a map that is not there, and rows that are no multiple of the choices', () => {
    const head = classifierHead('roberta', config);
    expect(() => head.classify({ pooler: dense, classifier: parameters.classifier }, hidden)).toThrow(
      "this head of family 'roberta' needs 'classifierDense'",
    );
    expect(() => head.choose(parameters, hidden, 3)).toThrow('2 rows are no multiple of 3 choices');
    expect(() => head.findSpan(parameters, hidden, fill([2, 3], 1, 'bool'))).toThrow("needs 'span'");
  });
});
