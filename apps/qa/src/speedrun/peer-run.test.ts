import { selectEngine, thisMachine } from '@cloze/backend';
import type { MaskedBatch } from '@cloze/masking';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutBatch, openSpeedrunCorpus, type SpeedrunCorpus, trainingBatches } from './corpus-rows.ts';
import { firstWeights, ownRun } from './own-run.ts';
import { arraysOf, peerRun } from './peer-run.ts';
import type { SpeedrunPoint } from './point.ts';
import { sideNamed } from './sides.ts';

const python = process.env.CLOZE_PYTHON ?? '';
let corpus: SpeedrunCorpus;
// Rows with several texts have fewer tokens to hide than slots, as in the race.
beforeAll(async () => {
  corpus = await openSpeedrunCorpus(undefined, { vocabulary: 500, length: 128, heldOutRows: 16, texts: 2000 });
});

it('gives PyTorch no empty slot as a target, in training or in the held-out rows', () => {
  const first: MaskedBatch = trainingBatches(corpus, sideNamed('loop').recipe, 1).next().value;
  for (const batch of [first, heldOutBatch(corpus)]) {
    const [ids, , targets] = arraysOf(batch);
    const [pad, empty] = [corpus.vocabulary.special.pad, batch.weights.filter((weight) => weight === 0).length];
    expect(ids).toBe(batch.ids);
    expect(empty).toBeGreaterThan(0);
    expect(targets?.filter((target) => target === -100)).toHaveLength(empty);
    expect(targets).not.toContain(pad);
  }
});

describe.skipIf(!python)('from the same weights over the same batches (CLOZE_PYTHON)', () => {
  it.each([
    ['loop', 'cloze', 'bert'],
    ['modern loop', '+ modern block', 'modernbert'],
    ['modern loop + 30 % masks', '+ 30 % masks', 'modernbert'],
  ] as const)('%s and %s have the same held-out losses', { timeout: 300_000 }, async (theirs, ours, family) => {
    const [peer, { recipe }] = [sideNamed(theirs), sideNamed(ours)];
    if (peer.runs === 'ours') throw new Error(`${theirs} is none of PyTorch's.`);
    const steps = 150;
    const short = { ...recipe, steps };
    const end = { target: 0, seconds: 600 };
    const losses = async (run: AsyncGenerator<SpeedrunPoint>) => {
      const found: number[] = [];
      for await (const { loss } of run) found.push(loss);
      return found;
    };
    const { engine } = await selectEngine({ surroundings: thisMachine() });
    const start = firstWeights(corpus, short, 1, family);
    const there = await losses(peerRun(python, peer.runs, corpus, short, 1, end, start));
    const here = await losses(ownRun(engine, corpus, short, 1, end));
    expect(there).toHaveLength(3);
    for (const [i, loss] of there.entries()) expect(here[i]).toBeCloseTo(loss, 3);
  });
});
