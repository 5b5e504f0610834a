import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  constant,
  type Engine,
  evaluate,
  gradients,
  type HostTensor,
  isHostTensor,
  mapTree,
  referenceEngine,
  type Tensor,
} from '@cloze/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { asTensors, smallModel } from '../../test/small-model.ts';
import {
  classifierHead,
  correctEmbeddings,
  type DetectorParameters,
  detectReplaced,
  type EncoderConfig,
  type EncoderParameters,
  encode,
  encodeBert,
  type FamilyName,
  families,
  type HeadParameters,
  maskedCrossEntropy,
  predictTokens,
  readSafetensors,
} from '../index.ts';
import { type LoadedPretrained, loadPretrained, savePretrained } from '../node.ts';

const root = fileURLToPath(new URL('../../fixtures/pretrained/', import.meta.url));
const oracle = JSON.parse(readFileSync(join(root, 'outputs.json'), 'utf8')) as {
  readonly ids: number[];
  readonly segments: number[];
  readonly attend: number[];
  readonly logits: Readonly<Record<string, number[]>>;
};
const inputs = {
  ids: constant(oracle.ids, [2, 8], 'int32'),
  segments: constant(oracle.segments, [2, 8], 'int32'),
  attend: constant(oracle.attend, [2, 8], 'bool'),
};
const everywhere = constant(
  [0, 1].flatMap(() => [0, 1, 2, 3, 4, 5, 6, 7]),
  [2, 8],
  'int32',
);
const tensorsOf = (tree: unknown): unknown =>
  mapTree(tree, ({ values, shape }) => constant(values, shape), isHostTensor);

/** What transformers' model of this folder gives: token logits, the detector's, or a classifier's. */
function logitsOf(loaded: LoadedPretrained): Tensor {
  const { config, family, classifier, detector } = loaded;
  const parameters = asTensors(loaded.parameters) as EncoderParameters<Tensor>;
  const segments = config.segmentTypes === 1 ? constant(new Array(16).fill(0), [2, 8], 'int32') : inputs.segments;
  const { hidden } = encode(family, parameters, { ...inputs, segments }, config);
  if (classifier) {
    const { pooler, classifierDense } = loaded;
    const parts = { classifier, ...(pooler && { pooler }), ...(classifierDense && { classifierDense }) };
    const head = { ...(tensorsOf(parts) as HeadParameters<Tensor>), tokenHead: parameters.languageModel };
    return classifierHead(family, config).classify(head, hidden, { attend: inputs.attend });
  }
  if (detector) return detectReplaced(tensorsOf(detector) as DetectorParameters<Tensor>, hidden, config);
  return predictTokens(parameters, hidden, everywhere, config);
}

let engine: Engine;
let folder = '';
beforeAll(async () => {
  engine = referenceEngine();
  folder = mkdtempSync(join(tmpdir(), 'cloze-pretrained-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Values at real tokens; transformers numbers RoBERTa's pads otherwise. */
const real = (values: ArrayLike<number>) =>
  values.length < 16
    ? Array.from(values)
    : Array.from(values).filter((_, index) => oracle.attend[Math.floor(index / (values.length / 16))] === 1);

describe('folders saved by transformers (tooling/oracles/encoder_pretrained.py)', () => {
  for (const [name, expected] of Object.entries(oracle.logits)) {
    // bfloat16 and float16 weights are widened exactly; PyTorch widened them too.
    it(`${name}: the same logits to 1e-5, nothing unexpected, and the same again after a save`, async () => {
      const random = { next: () => 0.25 };
      const loaded = await loadPretrained(join(root, name), { fill: random });
      expect(loaded.unexpected).toEqual([]);
      expect(loaded.missing.filter((missing) => !/predictions|lm_head|decoder|vocab_/.test(missing))).toEqual([]);
      expect(loaded.missing.length > 0).toBe(/classifier|detector/.test(name));
      expect(distance(real(evaluate(engine, logitsOf(loaded)).values), real(expected))).toBeLessThan(1e-5);

      const target = join(folder, name);
      await savePretrained(target, loaded);
      const again = await loadPretrained(target, { fill: random });
      expect(again.parameters).toEqual(loaded.parameters);
      expect(distance(real(evaluate(engine, logitsOf(again)).values), real(expected))).toBeLessThan(1e-5);
      const read = (path: string) =>
        JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as Record<string, unknown>;
      // Every key survives; the weights are float32 now.
      expect(read(target)).toEqual({ ...read(target), ...read(join(root, name)), dtype: 'float32' });
    });
  }

  // RoFormer's file has a constant besides, which Python computes to a last bit of its own.
  const written = families.map(({ name }) => name).filter((name) => name !== 't-ta' && name !== 'roformer');
  it.each(written)('%s: our file is theirs, byte for byte', async (name) => {
    const target = join(folder, `${name}-bytes`);
    await savePretrained(target, await loadPretrained(join(root, name)));
    const [ours, theirs] = [target, join(root, name)].map((path) => readFileSync(join(path, 'model.safetensors')));
    expect(ours?.equals(theirs as Buffer)).toBe(true);
  });

  it.each(['float16', 'bfloat16'] as const)(
    '%s: our file is theirs, byte for byte, and its config says so',
    async (dtype) => {
      const [target, source] = [join(folder, `${dtype}-bytes`), join(root, `bert-${dtype}`)];
      await savePretrained(target, await loadPretrained(source), { dtype });
      const [ours, theirs] = [target, source].map((path) => readFileSync(join(path, 'model.safetensors')));
      expect(ours?.equals(theirs as Buffer)).toBe(true);
      expect(JSON.parse(readFileSync(join(target, 'config.json'), 'utf8'))).toMatchObject({ dtype });
    },
  );

  it('sharded: every file within the limit, listed as theirs is, and the same model again', async () => {
    const [target, source] = [join(folder, 'sharded'), join(root, 'bert-sharded')];
    const loaded = await loadPretrained(source);
    await savePretrained(target, loaded, { maxShardSize: 3000 });
    const index = 'model.safetensors.index.json';
    const [ours, theirs] = [target, source].map((path) => JSON.parse(readFileSync(join(path, index), 'utf8')));
    expect(ours.metadata).toEqual(theirs.metadata);
    expect(Object.keys(ours.weight_map)).toEqual(Object.keys(theirs.weight_map));
    const files = readdirSync(target).filter((name) => name.endsWith('.safetensors'));
    expect(files).toEqual([1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`));
    for (const name of files) {
      const { tensors } = readSafetensors(readFileSync(join(target, name)));
      const bytes = [...tensors.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
      expect(bytes).toBeLessThanOrEqual(3000);
    }
    expect((await loadPretrained(target)).parameters).toEqual(loaded.parameters);
    // Saved whole again, nothing of the shards is left.
    await savePretrained(target, loaded);
    expect(readdirSync(target).filter((name) => /model/.test(name))).toEqual(['model.safetensors']);
    await expect(savePretrained(target, loaded, { maxShardSize: 0 })).rejects.toThrow('maxShardSize must be > 0');
    expect((await loadPretrained(target)).parameters).toEqual(loaded.parameters);
  });

  it("roformer: our file has theirs' tensors, its constant sinusoids too", async () => {
    const target = join(folder, 'roformer-tensors');
    await savePretrained(target, await loadPretrained(join(root, 'roformer')));
    const [ours, theirs] = [target, join(root, 'roformer')].map(
      (path) => readSafetensors(readFileSync(join(path, 'model.safetensors'))).tensors,
    ) as [ReadonlyMap<string, HostTensor>, ReadonlyMap<string, HostTensor>];
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    for (const [name, { values }] of theirs)
      expect(distance(ours.get(name)?.values ?? [], values), name).toBeLessThan(1e-6);
  });

  it('an output matrix that the config says is tied is not used, as transformers does not', async () => {
    const { output } = (await loadPretrained(join(root, 'bert-untied'))).parameters.languageModel;
    expect(output?.shape).toEqual([20, 8]);
    expect((await loadPretrained(join(root, 'bert'))).parameters.languageModel.output).toBeUndefined();
  });
});

describe('a model trained here, opened by transformers', () => {
  const python = process.env.CLOZE_PYTHON;
  const script = fileURLToPath(new URL('../../../../tooling/oracles/encoder_pretrained.py', import.meta.url));
  /** Three steps of gradient descent. */
  function trained(family: FamilyName, own: Partial<EncoderConfig>) {
    const { config, host } = smallModel({ maximumLength: 12, layers: 2, ...own });
    let parameters = host;
    const targets = constant([5, 9, 6, 3], [2, 2], 'int32');
    const segments = config.segmentTypes === 1 ? constant(new Array(16).fill(0), [2, 8], 'int32') : inputs.segments;
    for (let step = 0; step < 3; step++) {
      const tree = asTensors(parameters);
      const { hidden } = encodeBert(tree, { ...inputs, segments }, config);
      const logits = predictTokens(tree, hidden, constant([1, 3, 1, 2], [2, 2], 'int32'), config);
      const slopes = evaluate(
        engine,
        gradients(maskedCrossEntropy(logits, targets, constant([1, 1, 1, 1], [2, 2])).loss, tree),
      );
      const flat = (tree: unknown): HostTensor[] =>
        Object.values(tree as object).flatMap((leaf) => (leaf.shape ? [leaf] : flat(leaf)));
      const slopeOf = flat(slopes).values();
      const next = mapTree(parameters, (leaf: HostTensor) => {
        const slope = slopeOf.next().value as HostTensor;
        return { ...leaf, values: Float32Array.from(leaf.values, (v, i) => v - 0.3 * (slope.values[i] as number)) };
      });
      parameters = next as EncoderParameters<HostTensor>;
    }
    return { config, parameters, family };
  }

  it.skipIf(!python)(
    'gives the same logits there, with nothing missing or unexpected (CLOZE_PYTHON has transformers)',
    async () => {
      const roberta = { maximumLength: 14, positionOffset: 2, segmentTypes: 1, normEpsilon: 1e-5 };
      const albert = { embeddingWidth: 8, sharedLayers: true, activation: 'gelu_new' } as const;
      const models = (
        [
          ['bert', {}],
          ['bert', { activation: 'relu' }],
          ['roberta', roberta],
          ['electra', { embeddingWidth: 8 }],
          ['albert', albert],
          ['roformer', { positionKind: 'rotary' }],
        ] as [FamilyName, Partial<EncoderConfig>][]
      ).map(([family, own]) => trained(family, own));
      // Corrected embeddings: an untied head, and transformers must know.
      const corrected = trained('bert', {});
      models.push({ ...corrected, ...correctEmbeddings(corrected.parameters, corrected.config, { maskId: 4 }) });
      const targets = models.map((_, i) => join(folder, `trained-${i}`));
      // Sharded and 16-bit files too: transformers computes with what it reads from them, as we do.
      for (const options of [
        { maxShardSize: 2000 },
        { dtype: 'bfloat16' },
        { dtype: 'float16', maxShardSize: 1000 },
      ] as const) {
        const target = join(folder, `trained-${Object.values(options).join('-')}`);
        await savePretrained(target, trained('bert', {}), options);
        targets.push(target);
      }
      for (const [i, model] of models.entries()) await savePretrained(targets[i] as string, model);
      const { status, stdout, stderr } = spawnSync(python as string, [script, '--check', ...targets], {
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      expect(lines).toHaveLength(targets.length);
      for (const [i, line] of lines.entries()) {
        const theirs = JSON.parse(line) as Record<string, string[]> & { readonly logits: number[] };
        const ours = evaluate(engine, logitsOf(await loadPretrained(targets[i] as string))).values;
        const which = targets[i] as string;
        expect(distance(real(ours), real(theirs.logits)), which).toBeLessThan(1e-5);
        expect([theirs.missing_keys, theirs.unexpected_keys, theirs.mismatched_keys], which).toEqual([[], [], []]);
      }
      const written = readSafetensors(
        readFileSync(join(targets[models.length - 1] as string, 'model.safetensors')),
      ).tensors;
      expect(written.has('cls.predictions.decoder.bias')).toBe(true);
    },
    600_000,
  );
});
