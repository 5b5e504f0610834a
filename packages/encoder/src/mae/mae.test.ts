import {
  constant,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  mapTree,
  referenceEngine,
  square,
  subtract,
  sum,
  type Tensor,
} from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallModel, tokens } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import {
  decodeRemoved,
  encode,
  encodeBert,
  encoderConfig,
  families,
  initialMaeDecoder,
  type MaeDecoderParameters,
  predictTokens,
} from '../index.ts';

const ids = [2, 7, 9, 4, 11, 5];
const kept = [0, 2, 5];

describe('MAE', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });
  const { config, tensors } = smallModel();
  const removal = (x: readonly number[]) =>
    encodeBert(
      tensors,
      { ...tokens(kept.map((i) => x[i] as number)), positionIds: constant(kept, [1, 3], 'int32') },
      config,
    ).hidden;

  it.each([
    ['absolute', {}],
    ['absolute from 2 on', { positionOffset: 2 }],
    ['rotary', { positionKind: 'rotary' }],
    ['relative', { positionKind: 'relative' }],
    ['relative, pre-norm', { positionKind: 'relative', normPlacement: 'pre' }],
    ['random', { attentionKind: 'random' }],
    ['random and rotary', { attentionKind: 'random', positionKind: 'rotary' }],
    ['sigmoid and relative', { attentionKind: 'sigmoid', positionKind: 'relative' }],
  ] as const)('tokens that are kept stay at their own positions: %s', (_kind, own) => {
    const { config: sizes, tensors: weights } = smallModel(own);
    const short = encodeBert(
      weights,
      { ...tokens(kept.map((i) => ids[i] as number)), positionIds: constant(kept, [1, 3], 'int32') },
      sizes,
    ).hidden;
    const renumbered = encodeBert(weights, tokens(kept.map((i) => ids[i] as number)), sizes).hidden;
    const visible = constant(
      ids.map((_, i) => (kept.includes(i) ? 1 : 0)),
      [1, 6],
      'bool',
    );
    const whole = encodeBert(weights, { ...tokens(ids), attend: visible }, sizes).hidden;
    const got = evaluate(engine, { short, renumbered, whole });
    let moved = 0;
    for (const [slot, place] of kept.entries())
      for (let f = 0; f < 16; f++) {
        const right = got.whole.values[place * 16 + f] as number;
        expect(Math.abs((got.short.values[slot * 16 + f] as number) - right)).toBeLessThan(1e-5);
        moved = Math.max(moved, Math.abs((got.renumbered.values[slot * 16 + f] as number) - right));
      }
    // Negative control: tokens that are numbered anew give something else.
    expect(moved).toBeGreaterThan(1e-3);
  });

  it.each([
    ...families.map(({ name }) => [name, name, {}] as const),
    ['modernbert, a window of 2 about each token', 'modernbert', { localWindow: 4, layers: 3 }],
    ['deberta with a convolution over 5', 'deberta', { convolution: 5 }],
    ['mpnet with a bias for each distance', 'mpnet', { biasBuckets: 64 }],
  ] as const)('kept tokens are what they are beside masked columns, in every family: %s', (_kind, name, own) => {
    const { config: sizes, tensors: weights } = smallModel({ ...typicalConfig(name), maximumLength: 24, ...own });
    // Where only near tokens are seen, most of a long row must be far.
    const row = [2, 7, 9, 4, 11, 5, 8, 6, 12, 13, 3, 10];
    const places = [0, 2, 5, 9, 10];
    const visible = constant(
      row.map((_, i) => (places.includes(i) ? 1 : 0)),
      [1, 12],
      'bool',
    );
    const kept = tokens(places.map((place) => row[place] as number));
    const got = evaluate(engine, {
      short: encode(name, weights, { ...kept, positionIds: constant(places, [1, 5], 'int32') }, sizes).hidden,
      renumbered: encode(name, weights, kept, sizes).hidden,
      whole: encode(name, weights, { ...tokens(row), attend: visible }, sizes).hidden,
    });
    let moved = 0;
    for (const [slot, place] of places.entries())
      for (let f = 0; f < 16; f++) {
        const right = got.whole.values[place * 16 + f] as number;
        expect(Math.abs((got.short.values[slot * 16 + f] as number) - right), `slot ${slot}`).toBeLessThan(1e-5);
        moved = Math.max(moved, Math.abs((got.renumbered.values[slot * 16 + f] as number) - right));
      }
    expect(moved).toBeGreaterThan(1e-3);
  });

  it('kept tokens of a row so long that local layers would work in blocks see by place, not by column', () => {
    const { config: sizes, tensors: weights } = smallModel({
      ...typicalConfig('modernbert'),
      ...{ layers: 3, localWindow: 20, maximumLength: 400 },
    });
    const row = Array.from({ length: 240 }, (_, i) => 1 + ((7 * i) % 19));
    const places = row.flatMap((_, i) => (i % 2 === 0 ? [i] : []));
    const visible = constant(
      row.map((_, i) => (i % 2 === 0 ? 1 : 0)),
      [1, 240],
      'bool',
    );
    const { short, whole } = evaluate(engine, {
      short: encode(
        'modernbert',
        weights,
        {
          ...tokens(places.map((place) => row[place] as number)),
          positionIds: constant(places, [1, places.length], 'int32'),
        },
        sizes,
      ).hidden,
      whole: encode('modernbert', weights, { ...tokens(row), attend: visible }, sizes).hidden,
    });
    for (const [slot, place] of places.entries())
      for (let f = 0; f < 16; f++)
        expect(
          Math.abs((short.values[slot * 16 + f] as number) - (whole.values[place * 16 + f] as number)),
        ).toBeLessThan(1e-5);
  });

  it.each([
    ['relative', { positionKind: 'relative' }],
    ['random', { attentionKind: 'random' }],
    ['absolute', {}],
    ['rotary', { positionKind: 'rotary' }],
  ] as const)('%s: a position outside makes its row NaN, and no other', (_kind, own) => {
    const { config: sizes, tensors: weights } = smallModel(own);
    const given = {
      ...tokens([2, 7, 9, 4, 11, 5], { rows: 2 }),
      positionIds: constant([0, 1, 2, 0, 1, 2], [2, 3], 'int32'),
    };
    const asked = (positions: Tensor) => encodeBert(weights, { ...given, positionIds: positions }, sizes).hidden;
    const fedPositions = subtract(given.positionIds, constant([0, 0, 1000, 0, 0, 0], [2, 3], 'int32'));
    const { good, bad } = evaluate(engine, { good: asked(given.positionIds), bad: asked(fedPositions) });
    expect([...bad.values.slice(0, 48)].some(Number.isNaN)).toBe(true);
    expect(bad.values.slice(48)).toEqual(good.values.slice(48));
  });

  it('removed tokens and masked columns give the same kept rows, to 1e-6', () => {
    const columns = {
      ...tokens(ids),
      attend: constant(
        ids.map((_, i) => (kept.includes(i) ? 1 : 0)),
        [1, 6],
        'bool',
      ),
    };
    const got = evaluate(engine, { a: removal(ids), b: encodeBert(tensors, columns, config).hidden });
    for (const [slot, place] of kept.entries())
      for (let f = 0; f < 16; f++)
        expect(
          Math.abs((got.a.values[slot * 16 + f] as number) - (got.b.values[place * 16 + f] as number)),
        ).toBeLessThan(1e-6);
    // Negative control: with nothing masked the rows differ.
    const all = evaluate(engine, encodeBert(tensors, tokens(ids), config).hidden).values;
    expect(Math.abs((got.a.values[0] as number) - (all[0] as number))).toBeGreaterThan(1e-3);
  });

  const decoderConfig = encoderConfig({
    ...config,
    layers: 1,
    width: 8,
    embeddingWidth: 8,
    heads: 2,
    feedForwardWidth: 16,
  });
  const decoder = mapTree(initialMaeDecoder(config, decoderConfig, streamFrom(3)), ({ values, shape }: HostTensor) =>
    constant(
      values.map((v) => v * 20),
      shape,
    ),
  ) as unknown as MaeDecoderParameters<Tensor>;
  const restore = constant([0, 3, 1, 3, 3, 2], [1, 6], 'int32');
  const decode = (x: readonly number[]) => {
    const hidden = removal(x);
    const decoded = decodeRemoved(decoder, { hidden, restore, attend: tokens(ids).attend }, decoderConfig);
    return predictTokens(
      { embeddings: tensors.embeddings, languageModel: decoder.languageModel },
      decoded,
      constant([0, 1, 2, 3, 4, 5], [1, 6], 'int32'),
      decoderConfig,
    );
  };

  it('the decoder predicts every place, and no removed token changes anything', () => {
    const before = evaluate(engine, decode(ids));
    expect(before.shape).toEqual([1, 6, 20]);
    for (const place of [1, 3, 4])
      expect([...evaluate(engine, decode(ids.map((id, i) => (i === place ? 17 : id)))).values]).toEqual([
        ...before.values,
      ]);
    expect([...evaluate(engine, decode(ids.map((id, i) => (i === 2 ? 17 : id)))).values]).not.toEqual([
      ...before.values,
    ]);
  });

  it('every decoder weight gets a gradient, checked by finite differences on the mask vector', () => {
    const loss = (mask: Tensor) => {
      const tree = { ...decoder, mask };
      const decoded = decodeRemoved(tree, { hidden: removal(ids), restore, attend: tokens(ids).attend }, decoderConfig);
      return sum(
        square(
          predictTokens(
            { embeddings: tensors.embeddings, languageModel: tree.languageModel },
            decoded,
            constant([1, 3], [1, 2], 'int32'),
            decoderConfig,
          ),
        ),
      );
    };
    const slopes = evaluate(engine, gradients(loss(decoder.mask), decoder));
    // A key's bias moves every score of a query alike, so softmax does not see it.
    for (const [path, { values }] of flattenTree(slopes))
      if (!path.endsWith('key/bias'))
        expect(
          values.some((v) => Math.abs(v) > 1e-8),
          path,
        ).toBe(true);
    const mask = evaluate(engine, decoder.mask).values;
    const nudged = (i: number, by: number) =>
      evaluate(
        engine,
        loss(
          constant(
            mask.map((v, j) => (j === i ? v + by : v)),
            [1, 8],
          ),
        ),
      ).values[0] as number;
    for (const i of [0, 3, 7]) {
      const numeric = (nudged(i, 3e-3) - nudged(i, -3e-3)) / 6e-3;
      const analytic = (slopes as unknown as { mask: HostTensor }).mask.values[i] as number;
      expect(Math.abs(numeric - analytic) / (1 + Math.abs(analytic))).toBeLessThan(2e-2);
    }
  });
});
