import {
  constant,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  type HostTensor,
  mapTree,
  referenceEngine,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  architectures,
  asTensor,
  checkpointOf,
  distance,
  fingerprint,
  inputs,
  targets,
} from '../test/architecture-fixture.ts';
import {
  causal,
  checkpointFromParameters,
  choose,
  classify,
  configFromHub,
  detectReplaced,
  type EncoderConfig,
  type EncoderParameters,
  encodeBert,
  encodeTta,
  encodeTwoStream,
  findSpan,
  maskedCrossEntropy,
  modelNames,
  parametersFromCheckpoint,
  predictTokens,
  prefix,
} from './index.ts';

type Tree = EncoderParameters<Tensor>;
type Run = (parameters: Tree, config: EncoderConfig) => Tensor;
const plain: Run = (parameters, config) => encodeBert(parameters, inputs, config).hidden;
const order = constant(architectures.order, [3, 7], 'int32');

/** What is encoded otherwise than by a plain forward pass; all other models of the fixture are not. */
const own: Readonly<Record<string, readonly [Run, Partial<EncoderConfig>?]>> = {
  roberta: [
    (p, c) => encodeBert(p, { ...inputs, segments: constant(new Array(21).fill(0), [3, 7], 'int32') }, c).hidden,
  ],
  'left to right': [(p, c) => encodeBert(p, inputs, c, undefined, { visible: causal(inputs.attend) }).hidden],
  unilm: [(p, c) => encodeBert(p, inputs, c, undefined, { visible: prefix(inputs.segments, inputs.attend) }).hidden],
  pre: [plain, { normPlacement: 'pre' }],
  relative: [plain, { positionKind: 'relative' }],
  random: [plain, { attentionKind: 'random' }],
  sigmoid: [plain, { attentionKind: 'sigmoid' }],
  'two streams': [(p, c) => encodeTwoStream(p, { ...inputs, order }, c, { queryToken: 4 }).hidden],
  'tta, mask query': [(p, c) => encodeTta(p, inputs, c, undefined, { queryToken: 4 }).hidden],
};

describe('against PyTorch (tooling/oracles/encoder_architectures.py), float32 against float64', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });
  const load = (name: string, changes: Partial<EncoderConfig> = {}) => {
    const expected = architectures.models[name] as (typeof architectures.models)[string];
    const { config: read, family } = configFromHub(expected.config);
    const config = { ...read, ...changes };
    // The oracle's Synthesizer has queries and keys that nobody asks; a file with them is refused.
    const unused = config.attentionKind === 'random' ? /self\.(query|key)\./ : /^$/;
    const shapes = Object.fromEntries(Object.entries(expected.shapes).filter(([tensor]) => !unused.test(tensor)));
    const { parameters, unexpected } = parametersFromCheckpoint(checkpointOf(shapes), config, { family });
    return { expected, config, family, unexpected, parameters: mapTree(parameters, asTensor) as unknown as Tree };
  };

  for (const name of Object.keys(architectures.models)) {
    const [run, changes] = own[name] ?? [plain];
    it(`${name}: hidden states, logits and loss to 1e-5, every gradient to 1e-5`, () => {
      const { expected, config, family, unexpected, parameters } = load(name, changes);
      // A file of an architecture that has no positions still carries BERT's.
      expect(unexpected.filter((n) => !/position_embeddings/.test(n))).toEqual(
        name === 'albert' ? [] : unexpected.filter((n) => /pooler/.test(n)),
      );
      const hidden = run(parameters, config);
      const logits = predictTokens(parameters, hidden, targets.positions, config);
      const { loss } = maskedCrossEntropy(logits, targets.targets, targets.weights);
      const got = evaluate(engine, { hidden, logits, loss, slopes: gradients(loss, parameters) });
      // Positions of pads are outside the contract where the library numbers them differently (RoBERTa).
      const real = (values: ArrayLike<number>) =>
        Array.from(values).filter((_, index) => architectures.batch.attend[Math.floor(index / config.width)] === 1);
      expect(distance(real(got.hidden.values), real(expected.hidden))).toBeLessThan(1e-5);
      expect(distance(got.logits.values, expected.logits)).toBeLessThan(1e-5);
      expect(distance(got.loss.values, [expected.loss])).toBeLessThan(1e-5);
      // Laid out as the file's tensors are, several of ours in one where it stacks them.
      const slopes = checkpointFromParameters(got.slopes, config, { family });
      const names = modelNames(family, config);
      for (const theirs of new Set(names.map((pair) => pair.theirs))) {
        const slope = fingerprint(slopes.get(theirs) as HostTensor, false);
        expect(distance(slope, expected.slopes[theirs] as readonly number[]), theirs).toBeLessThan(1e-5);
      }
      expect(names).toHaveLength(flattenTree(got.slopes).length);
    });
  }

  it("ELECTRA's discriminator and BERT's heads: logits to 1e-5", () => {
    const { config, family } = configFromHub(architectures.discriminator.config);
    const file = checkpointOf(architectures.discriminator.shapes);
    // A discriminator has no language-model head: it is drawn, and listed.
    const { parameters, detector, missing } = parametersFromCheckpoint(file, config, {
      family,
      fill: { next: () => 0.5 },
    });
    expect(missing.length).toBe(5);
    const hidden = encodeBert(mapTree(parameters, asTensor) as unknown as Tree, inputs, config).hidden;
    const logits = detectReplaced(mapTree(detector, asTensor) as never, hidden, config);
    expect(distance(evaluate(engine, logits).values, architectures.discriminator.logits)).toBeLessThan(1e-5);

    const bert = load('bert');
    const of = (names: Record<string, number[]>) => checkpointOf(names);
    const heads = of({
      'bert.pooler.dense.weight': [16, 16],
      'bert.pooler.dense.bias': [16],
      'classifier.weight': [3, 16],
      'classifier.bias': [3],
      'qa_outputs.weight': [2, 16],
      'qa_outputs.bias': [2],
    });
    const linear = (name: string) => {
      const weight = heads.get(`${name}.weight`) as HostTensor;
      const [to, from] = weight.shape as [number, number];
      const kernel = Array.from(
        { length: to * from },
        (_, i) => weight.values[(i % to) * from + Math.floor(i / to)] as number,
      );
      return { kernel: constant(kernel, [from, to]), bias: asTensor(heads.get(`${name}.bias`) as HostTensor) };
    };
    const encoded = encodeBert(bert.parameters, inputs, bert.config).hidden;
    const pooled = { pooling: 'pooler', pooler: linear('bert.pooler.dense') } as const;
    const span = findSpan(linear('qa_outputs'), encoded, inputs.attend);
    const got = evaluate(engine, { classes: classify(linear('classifier'), encoded, inputs.attend, pooled), ...span });
    const real = (values: ArrayLike<number>) =>
      Array.from(values).filter((_, index) => architectures.batch.attend[index] === 1);
    expect(distance(got.classes.values, architectures.heads.classifier)).toBeLessThan(1e-5);
    expect(distance(real(got.start.values), real(architectures.heads.start))).toBeLessThan(1e-5);
    expect(distance(real(got.end.values), real(architectures.heads.end))).toBeLessThan(1e-5);
    expect(got.start.values[12]).toBeLessThan(-1e29);
    // Two questions of three candidates: the rows, then the rows in reverse.
    const twice = (x: readonly number[]) => [...x, ...[2, 1, 0].flatMap((row) => x.slice(row * 7, row * 7 + 7))];
    const { batch } = architectures;
    const six = {
      ids: constant(twice(batch.ids), [6, 7], 'int32'),
      segments: constant(twice(batch.segments), [6, 7], 'int32'),
      attend: constant(twice(batch.attend), [6, 7], 'bool'),
    };
    const one = checkpointOf({ 'classifier.weight': [1, 16], 'classifier.bias': [1] });
    const kernel = {
      kernel: constant((one.get('classifier.weight') as HostTensor).values, [16, 1]),
      bias: asTensor(one.get('classifier.bias') as HostTensor),
    };
    const choice = choose(kernel, encodeBert(bert.parameters, six, bert.config).hidden, six.attend, 3, pooled);
    expect(distance(evaluate(engine, choice).values, architectures.heads.choice)).toBeLessThan(1e-5);
  });
});
