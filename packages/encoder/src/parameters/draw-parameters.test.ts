import { flattenTree, isHostTensor } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { encoderConfig } from '../config/encoder-config.ts';
import { initialDenoisingDecoder } from '../denoising/denoising-decoder.ts';
import { type FamilyName, familyOf } from '../families/families.ts';
import { initialMaeDecoder } from '../mae/decoder-parameters.ts';
import { drawParameters, type NormalDraw } from './draw-parameters.ts';
import { initialLinear, initialParameters } from './initial-parameters.ts';

describe('weights that are drawn', () => {
  it("lie within the cut: BERT's own and what a ModernBERT file lacks within two deviations, what other files lack anywhere", () => {
    const n = 100_000;
    const shareBeyondTwo = (draw?: NormalDraw) => {
      const { values } = drawParameters({ shape: [n], initial: 'normal' } as const, streamFrom(3), draw);
      return Array.from(values).filter((value) => Math.abs(value) > 2 * (draw?.deviation ?? 0.02)).length / n;
    };
    const lacking = (family: FamilyName) => familyOf(family).draw({ drawDeviation: 0.05 });
    expect(shareBeyondTwo()).toBe(0);
    expect(shareBeyondTwo(lacking('modernbert'))).toBe(0);
    // 4.55 % of a normal; five standard errors.
    for (const family of ['bert', 'roberta', 'neobert'] as const)
      expect(Math.abs(shareBeyondTwo(lacking(family)) - 0.0455)).toBeLessThan(5 * Math.sqrt((0.0455 * 0.9545) / n));
  });

  it("are as spread as the config's drawDeviation says, an encoder's and its decoders'", () => {
    const sizes = { vocabularySize: 50, width: 64, layers: 1 };
    const [usual, wide] = [encoderConfig(sizes), encoderConfig({ ...sizes, drawDeviation: 0.2 })];
    const drawn = (config: typeof wide) => [
      initialParameters(config, streamFrom(1)),
      initialDenoisingDecoder(config, streamFrom(1)),
      initialMaeDecoder(config, config, streamFrom(1)),
    ];
    const kernels = (config: typeof wide) =>
      drawn(config)
        .flatMap((tree) => flattenTree(tree, isHostTensor).map(([, leaf]) => leaf))
        .filter(({ shape }) => shape.length === 2);
    const narrow = kernels(usual);
    for (const [i, { values }] of kernels(wide).entries())
      expect(Math.max(...values.map((value, at) => Math.abs(value - 10 * Number(narrow[i]?.values[at]))))).toBeLessThan(
        1e-6,
      );
  });

  it('are refused where nothing would ever lie within the cut', () => {
    expect(() => initialLinear(2, 2, streamFrom(1), { cut: 0 })).toThrow('cut');
    expect(() => initialLinear(2, 2, streamFrom(1), { cut: Number.NaN })).toThrow('cut');
    expect(() => initialLinear(2, 2, streamFrom(1), { deviation: -1 })).toThrow('deviation');
    // @ts-expect-error a deviation alone is no draw
    expect(() => initialLinear(2, 2, streamFrom(1), 0.05)).toThrow('initialLinear');
  });
});
