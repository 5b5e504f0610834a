import { bools, floats, ints } from '@cloze/backend';
import { chunkText, packSequences } from '@cloze/datasets';
import { type EncoderConfig, encoderConfig, familyOf, initialParameters } from '@cloze/encoder';
import { languageModelObjective } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { nativeTokenizer, padEncodings, tokenizerJson } from '@cloze/tokenizer';
import { compiledTraining } from '../compiled-training.ts';
import { openPerfCorpus } from '../corpus.ts';
import { mlmSide } from '../mlm-side.ts';
import { mlmTraining } from '../mlm-training.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison, Measurement, PerfContext, PerfRow } from '../row.ts';
import { timed } from '../timed.ts';
import { sizeName, slotsOf, vocabularySize, type Work } from '../work.ts';

/** ModernBERT as its authors train it, without dropout. */
const modern = {
  family: 'modernbert' as const,
  own: { ...familyOf('modernbert').fresh, dropout: 0, attentionDropout: 0 },
};

/** Matrix products of a training step: maps of attention, gated parts half as wide again, scores and mixtures (over the whole row), and the head. */
const flopsOf = ({ layers, width, batch, length }: Work): number =>
  3 *
  batch *
  (length * layers * (17 * width ** 2 + 4 * length * width) +
    slotsOf({ length }) * 2 * width * (width + vocabularySize));

const steps: readonly Comparison[] = [
  { layers: 4, width: 256, batch: 16, length: 128 },
  { layers: 12, width: 768, batch: 4, length: 128 },
].map((work) => ({
  row: `ModernBERT train step ${sizeName(work)}: forward, backward, AdamW, head at 15 % of positions`,
  flops: flopsOf(work),
  ours: (context: PerfContext) => mlmSide(context, work, 'compiled step', {}, modern),
  peers: ['eager', 'compile'].map((mode) => ({
    kind: 'torch' as const,
    reach: 1.05,
    prepare: (context: PerfContext) =>
      pythonSide(context, 'torch_modern_step.py', mode, work.layers, work.width, work.batch, work.length),
  })),
}));

const round = (value: number) => Number(value.toFixed(3));

/** What a local layer costs: a model of five layers less one of one layer, the global one. */
const growth: Measurement = {
  row: 'time of local layers in a train step (width 256, 1 x length), twice the length',
  measure: async ({ engine }) => {
    const lengths = [1024, 2048, 4096];
    const sides = lengths.map((length) =>
      [1, 5].map((layers) => {
        const work = { layers, width: 256, batch: 1, length };
        const own = { ...modern.own, globalEvery: 1000, maximumLength: 4096 };
        return mlmTraining(engine, work, {}, { ...modern, own });
      }),
    );
    const least = lengths.map(() => [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    for (let turn = 0; turn < 7; turn++)
      for (const [i, pair] of sides.entries())
        for (const [j, { training, nextBatch }] of pair.entries()) {
          const batch = nextBatch();
          const time = await timed(() => training.run(batch));
          const row = least[i] as number[];
          // The first turn traces.
          if (turn > 0) row[j] = Math.min(row[j] as number, time);
        }
    for (const { training } of sides.flat()) training.dispose();
    const local = least.map(([one = 0, five = 0]) => five - one);
    return lengths.slice(1).map((length, i) => ({
      row: `${growth.row}: ${length / 2} to ${length}`,
      ...{
        value: round((local[i + 1] as number) / (local[i] as number)),
        unit: 'times',
        reach: 2.3,
        reach_is: 'at most' as const,
      },
      ...{ shorter_ms: round(local[i] as number), longer_ms: round(local[i + 1] as number) },
    }));
  },
};

/** Memory of a step over one long row. */
const memory: Measurement = {
  row: 'peak memory of two ModernBERT train steps (12,768,1x4096)',
  measure: async ({ engine }) => {
    const work = { layers: 12, width: 768, batch: 1, length: 4096 };
    const { training, nextBatch } = mlmTraining(
      engine,
      work,
      {},
      { ...modern, own: { ...modern.own, maximumLength: 4096 } },
    );
    await training.run(nextBatch());
    const second = nextBatch();
    const time = await timed(() => training.run(second));
    training.dispose();
    const peak = process.resourceUsage().maxRSS / 2 ** 20;
    return [{ row: memory.row, value: round(peak), unit: 'GiB', reach: 24, reach_is: 'at most', step_ms: round(time) }];
  },
};

/** Every seventh token of each text is predicted where it stands. */
function targetsOf(
  places: readonly { readonly row: number; readonly from: number; readonly count: number }[],
  rows: number,
  idAt: (place: number, i: number) => number,
) {
  const own = Array.from({ length: rows }, (): { readonly column: number; readonly target: number }[] => []);
  for (const [text, { row, from, count }] of places.entries())
    for (let i = 1; i < count; i += 7) own[row]?.push({ column: from + i, target: idAt(text, i) });
  const slots = own.reduce((most, list) => Math.max(most, list.length), 0);
  const column = <V>(pick: (slot: { readonly column: number; readonly target: number } | undefined) => V) =>
    own.flatMap((list) => Array.from({ length: slots }, (_, i) => pick(list[i])));
  return {
    targetPositions: ints([rows, slots], Int32Array.from(column((slot) => slot?.column ?? 0))),
    targets: ints([rows, slots], Int32Array.from(column((slot) => slot?.target ?? 0))),
    weights: floats([rows, slots], Float32Array.from(column((slot) => (slot ? 1 : 0)))),
  };
}

/** The same texts laid into full rows, and one a row, padded. */
const packing: Measurement = {
  row: 'ModernBERT train step (4,256) over 96 texts of a corpus, packed into rows of 512 against padded',
  measure: async ({ engine, data }) => {
    const [count, length, own] = [96, 512, { ...modern.own, maximumLength: 512 }];
    const { texts, vocabulary } = await openPerfCorpus(data, 4 * count);
    const pieces = texts.flatMap((text) => chunkText(text, length - 2)).slice(0, count);
    const encodings = await nativeTokenizer(tokenizerJson(vocabulary)).encodeBatch(pieces);
    const config: EncoderConfig = encoderConfig({
      vocabularySize: vocabulary.tokens.length,
      width: 256,
      layers: 4,
      ...own,
    });
    const idAt = (text: number, i: number) => Number(encodings[text]?.ids[i] ?? 0);
    const rows = packSequences(encodings, { length, padId: vocabulary.special.pad });
    const padded = padEncodings(encodings, { padId: vocabulary.special.pad });
    const alone = encodings.map(({ ids }, row) => ({ row, from: 0, count: ids.length }));
    const batches = {
      packed: {
        ids: ints(rows.shape, rows.ids),
        segments: ints(rows.shape, rows.segments),
        attend: bools(rows.shape, rows.attend),
        texts: ints(rows.shape, rows.texts),
        positionIds: ints(rows.shape, rows.positionIds),
        ...targetsOf(rows.places, rows.shape[0], idAt),
      },
      padded: {
        ids: ints(padded.shape, padded.ids),
        segments: ints(padded.shape, padded.segments),
        attend: bools(padded.shape, padded.attend),
        ...targetsOf(alone, padded.shape[0], idAt),
      },
    };
    const objective = languageModelObjective('modernbert', config);
    const parameters = initialParameters(config, streamFrom(1));
    const sides = {
      packed: compiledTraining(
        engine,
        parameters,
        (tree, batch: Parameters<typeof objective>[1], key) => objective(tree, batch, key).loss,
      ),
      padded: compiledTraining(
        engine,
        parameters,
        (tree, batch: Parameters<typeof objective>[1], key) => objective(tree, batch, key).loss,
      ),
    };
    const least = { packed: Number.POSITIVE_INFINITY, padded: Number.POSITIVE_INFINITY };
    let apart = 0;
    for (let turn = 0; turn < 6; turn++) {
      const losses: number[] = [];
      for (const side of ['packed', 'padded'] as const) {
        const started = performance.now();
        losses.push(await sides[side].run(batches[side]));
        if (turn > 0) least[side] = Math.min(least[side], performance.now() - started);
      }
      apart = Math.max(apart, Math.abs((losses[0] as number) - (losses[1] as number)));
    }
    for (const side of Object.values(sides)) side.dispose();
    const real = encodings.reduce((sum, { ids }) => sum + ids.length, 0);
    const persecond = (milliseconds: number) => Math.round((1000 * real) / milliseconds);
    return [
      { row: `${packing.row}: losses of six steps apart`, value: apart, unit: '', reach: 1e-5, reach_is: 'at most' },
      {
        row: `${packing.row}: real tokens a second`,
        ...{ value: round(least.padded / least.packed), unit: 'times', reach: 1, reach_is: 'at least' },
        ...{ packed_tokens: persecond(least.packed), padded_tokens: persecond(least.padded) },
        ...{ packed_shape: rows.shape.join('x'), padded_shape: padded.shape.join('x'), real_tokens: real },
      },
    ];
  },
};

/** What ModernBERT's windows and packing cost and save. */
export const modernRows: readonly PerfRow[] = [...steps, growth, memory, packing];
