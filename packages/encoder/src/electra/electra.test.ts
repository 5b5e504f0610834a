import { readFileSync } from 'node:fs';
import {
  add,
  constant,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  isHostTensor,
  mapTree,
  referenceEngine,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, fingerprint, namedValues } from '../../test/architecture-fixture.ts';
import { configFromHub } from '../checkpoint/hub-config.ts';
import {
  type DetectorParameters,
  type EncoderParameters,
  electraLoss,
  modelNames,
  type NamePair,
  optionalNames,
  parametersFromCheckpoint,
} from '../index.ts';

/** What tooling/oracles/encoder_electra.py wrote. */
const fixture = JSON.parse(readFileSync(new URL('../../fixtures/electra.json', import.meta.url), 'utf8')) as {
  readonly batch: Readonly<Record<string, number[]>>;
  readonly configs: Readonly<Record<'generator' | 'discriminator', Record<string, unknown>>>;
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly slopes: Readonly<Record<string, readonly [number, number]>>;
  readonly corrupted: number[];
  readonly replaced: number[];
} & Readonly<Record<'loss' | 'generator' | 'detection', number>>;

/** What is trained; the generator holds the embeddings of both. */
interface Trained {
  readonly generator: EncoderParameters<Tensor>;
  readonly discriminator: Omit<EncoderParameters<Tensor>, 'languageModel'>;
  readonly detector: DetectorParameters<Tensor>;
}
const shared = 'electra.embeddings.';
const { config: small } = configFromHub(fixture.configs.generator);
const { config: large } = configFromHub(fixture.configs.discriminator);
const fileOf = (model: string) =>
  new Map(
    Object.entries(fixture.shapes)
      .filter(([name]) => name.startsWith(`${model}.`) || name.startsWith(`generator.${shared}`))
      .map(([name, shape]) => [name.replace(/^\w+\./, ''), namedValues(name, shape)] as const),
  );
const tensors = <T>(tree: unknown): T =>
  mapTree(tree, ({ values, shape }) => constant(values, shape), isHostTensor) as unknown as T;
function trained(): Trained {
  const fill = { next: () => 0.5 };
  const generator = parametersFromCheckpoint(fileOf('generator'), small, { family: 'electra', tied: true });
  const read = parametersFromCheckpoint(fileOf('discriminator'), large, { family: 'electra', tied: true, fill });
  const { languageModel: _none, ...discriminator } = read.parameters;
  return tensors({ generator: generator.parameters, discriminator, detector: read.detector });
}

const { batch } = fixture;
const grid = (name: string, columns: number, dtype: 'int32' | 'bool' | 'float32' = 'int32') =>
  constant(batch[name] as number[], [3, columns], dtype);
const inputs = {
  ids: grid('ids', 7),
  segments: grid('segments', 7),
  attend: grid('attend', 7, 'bool'),
  targetPositions: grid('positions', 2),
  targets: grid('targets', 2),
  weights: grid('weights', 2, 'float32'),
};
const key = rootKey(constant([3, 1, 0], [3], 'int32'));
const parameters = trained();
const lossOf = (options?: Parameters<typeof electraLoss>[3], rows = inputs) => {
  const { generator, discriminator, detector } = parameters;
  const { tokenTable, positionTable, segmentTable, norm } = generator.embeddings;
  const embeddings = {
    ...discriminator.embeddings,
    tokenTable,
    ...(norm && { norm }),
    ...(segmentTable && { segmentTable }),
    ...(positionTable && { positionTable }),
  };
  const models = {
    generator: { parameters: generator, config: small },
    discriminator: { parameters: { ...discriminator, embeddings }, detector, config: large },
  };
  return electraLoss(models, rows, key, options);
};

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});

describe("ELECTRA's joint loss", () => {
  it('loss, its parts and every gradient equal transformers with shared embeddings, to 1e-5', () => {
    const found = lossOf({ sample: () => grid('drawn', 2) });
    const { loss, generator, detection, corrupted, replaced, slopes } = evaluate(engine, {
      ...found,
      slopes: gradients(found.loss, parameters),
    });
    expect([...corrupted.values]).toEqual(fixture.corrupted);
    expect([...replaced.values].map(Number)).toEqual(fixture.replaced);
    expect(distance(generator.loss.values, [fixture.generator])).toBeLessThan(1e-5);
    expect(distance(detection.values, [fixture.detection])).toBeLessThan(1e-5);
    expect(distance(loss.values, [fixture.loss])).toBeLessThan(1e-5);
    const ours = new Map(flattenTree(slopes));
    const named = (model: string, tree: string, pairs: readonly NamePair[]) =>
      pairs.map(
        ({ theirs, ours: path, transposed }) => [`${model}.${theirs}`, { path: tree + path, transposed }] as const,
      );
    const names = new Map<string, { readonly path: string; readonly transposed: boolean }>([
      ...named('generator', 'generator/', modelNames('electra', small)),
      ...named('discriminator', 'discriminator/', modelNames('electra', large)),
      ...named('discriminator', '', optionalNames('electra')),
    ]);
    expect(Object.keys(fixture.slopes).length).toBe(Object.keys(fixture.shapes).length);
    for (const [name, expected] of Object.entries(fixture.slopes)) {
      const { path, transposed } = names.get(name) as { readonly path: string; readonly transposed: boolean };
      const slope = ours.get(path) as HostTensor;
      // Relative to the gradient: λ makes those of the discriminator up to 50 times as large.
      const [length, product] = fingerprint(slope, transposed);
      const scale = 1 + (expected[0] as number);
      expect(Math.abs(length - expected[0]) / scale, name).toBeLessThan(1e-5);
      expect(Math.abs(product - expected[1]) / scale, name).toBeLessThan(1e-5);
    }
  });

  it('λ weighs detection alone', () => {
    const sample = () => grid('drawn', 2);
    const lossAt = (weight: number) => evaluate(engine, lossOf({ weight, sample }).loss).values[0] as number;
    expect(lossAt(0)).toBeCloseTo(fixture.generator, 5);
    expect(lossAt(2) - lossAt(0)).toBeCloseTo(2 * fixture.detection, 4);
    expect(evaluate(engine, lossOf().loss).values).toEqual(evaluate(engine, lossOf({ weight: 50 }).loss).values);
  });

  it('only targets are replaced; a drawn token that is the right one is no replacement', () => {
    const { corrupted, replaced } = evaluate(engine, lossOf());
    const indexOf = (row: number, column: number) => row * 7 + column;
    const places = [indexOf(0, 1), indexOf(0, 4), indexOf(1, 1), indexOf(2, 2), indexOf(2, 4)];
    for (const [i, id] of corrupted.values.entries()) if (!places.includes(i)) expect(id).toBe(batch.ids?.[i]);
    const right = evaluate(engine, lossOf({ sample: () => inputs.targets }).replaced).values;
    expect([...right].map(Number)).toEqual(Array(21).fill(0));
    const truth = [6, 12, 31, 4, 38];
    for (const [i, place] of places.entries())
      expect(Boolean(replaced.values[place])).toBe(corrupted.values[place] !== truth[i]);
  });

  it('no gradient of detection reaches the generator but through the embeddings they share', () => {
    const slopes = evaluate(engine, gradients(lossOf().detection, parameters));
    for (const [path, { values }] of flattenTree(slopes))
      if (path.startsWith('generator/') && !path.startsWith('generator/embeddings/'))
        expect(Math.max(...values.map(Math.abs)), path).toBe(0);
    expect(Math.max(...slopes.generator.embeddings.tokenTable.values.map(Math.abs))).toBeGreaterThan(1e-4);
  });

  it('gradient-disentangled sharing: the loss of the sum, detection’s gradient at the difference alone (DeBERTaV3)', () => {
    const { generator, discriminator, detector } = parameters;
    const { tokenTable } = generator.embeddings;
    const [rows, width] = tokenTable.shape as [number, number];
    const difference = constant(
      Array.from({ length: rows * width }, (_, i) => 0.1 * Math.cos(i)),
      [rows, width],
    );
    const sample = () => grid('drawn', 2);
    const { positionTable, segmentTable, norm } = generator.embeddings;
    const others = {
      ...discriminator.embeddings,
      ...(norm && { norm }),
      ...(segmentTable && { segmentTable }),
      ...(positionTable && { positionTable }),
    };
    const of = (table: Tensor, sharing: 'none' | 'gradientDisentangled') => {
      const embeddings = { ...others, tokenTable: table };
      return electraLoss(
        {
          generator: { parameters: generator, config: small },
          discriminator: { parameters: { ...discriminator, embeddings }, detector, config: large },
        },
        inputs,
        key,
        { sample, sharing },
      );
    };
    const sum = add(tokenTable, difference);
    const [own, shared] = [of(sum, 'none'), of(difference, 'gradientDisentangled')];
    const got = evaluate(engine, {
      own: own.loss,
      shared: shared.loss,
      atSum: gradients(own.detection, { sum }).sum,
      atDifference: gradients(shared.detection, { difference }).difference,
      atGenerator: gradients(shared.detection, { tokenTable }).tokenTable,
    });
    expect(got.shared.values).toEqual(got.own.values);
    expect(distance(got.atDifference.values, got.atSum.values)).toBeLessThan(1e-6);
    expect(Math.max(...got.atDifference.values.map(Math.abs))).toBeGreaterThan(1e-4);
    expect(Math.max(...got.atGenerator.values.map(Math.abs))).toBe(0);
    expect(() => of(constant([0], [1, 1]), 'gradientDisentangled')).toThrow('the difference [1,1]');
  });
});
