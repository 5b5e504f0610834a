import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masked, prefetch } from '@cloze/datasets';
import { openCorpus } from '@cloze/datasets/node';
import { bert, candidateIds, type MaskedBatch } from '@cloze/masking';
import { askedBatch } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { nativeTokenizer, tokenizerJson } from '@cloze/tokenizer';
import { corpusFile, openPerfCorpus } from '../corpus.ts';
import { mlmTraining } from '../mlm-training.ts';
import type { Measurement, PerfContext } from '../row.ts';

/** Two lengths, 32 rows a batch. */
const buckets = [64, 128];
const steps = 60;
const rounds = 3;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

/** A corpus in a folder of its own, tokenised anew each time, masked 80/10/10. */
async function openInput({ data }: PerfContext) {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-input-'));
  const { texts, vocabulary } = await openPerfCorpus(data, 20_000);
  const file = data === undefined ? join(folder, 'poems.txt') : corpusFile(data);
  if (data === undefined) writeFileSync(file, texts.join('\n'));
  const corpus = await openCorpus(file, {
    tokenizer: nativeTokenizer(tokenizerJson(vocabulary), { onInvalid: 'replace' }),
    padId: vocabulary.special.pad,
    length: 128,
    folder: join(folder, 'shards'),
  });
  const setting = {
    maskId: vocabulary.special.mask,
    candidates: candidateIds(vocabulary.tokens),
    random: streamFrom(1),
  };
  return {
    name: data === undefined ? '40,000 classical poems' : 'zh-modern.txt.gz',
    batches: () => masked(corpus.batches({ size: 32, seed: 1, buckets }), bert, setting),
    close: async () => {
      await corpus.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const realTokens = ({ attend }: MaskedBatch) => attend.reduce((sum, real) => sum + real, 0);

/** Everything before the engine, alone: read, cut, tokenise, shuffle, pad, mask. */
const throughput: Measurement = {
  row: 'input alone, from a text file to masked batches: read, tokenise, cut, keep on disk, shuffle, pad, mask 80/10/10',
  measure: async (context) => {
    const rates: number[] = [];
    let count = 0;
    let name = '';
    for (let pass = 0; pass < rounds; pass++) {
      const started = performance.now();
      const input = await openInput(context);
      name = input.name;
      count = 0;
      for await (const [, batch, { epoch }] of input.batches()) {
        if (epoch > 0) break;
        count += realTokens(batch);
      }
      rates.push(count / (performance.now() - started) / 1000);
      await input.close();
    }
    return [
      {
        row: `${throughput.row}; ${name}`,
        // Measured times, at most some thousands.
        ...{ value: round(Math.max(...rates)), unit: 'M tokens/s', reach: 1, reach_is: 'at least' },
        ...{ median: round([...rates].sort((a, b) => a - b)[rounds >> 1] as number), tokens: count, passes: rounds },
        resident_mb: round(process.memoryUsage.rss() / 2 ** 20, 0),
      },
    ];
  },
};

/** What the input costs a training run: the same steps on batches from the stream and on batches made beforehand, in turn. */
const idle: Measurement = {
  row: 'training run (2,128) on streamed batches: time lost against batches made beforehand',
  measure: async (context) => {
    const { name, batches, close } = await openInput(context);
    const { training } = mlmTraining(context.engine, { layers: 2, width: 128, batch: 32, length: 128 });
    const stream = prefetch(batches(), { ahead: 4 });
    const times: { ready: number; streamed: number; waited: number }[] = [];
    for (let turn = 0; turn < rounds + 1; turn++) {
      const kept: MaskedBatch[] = [];
      const started = performance.now();
      let waited = 0;
      for (let i = 0; i < steps; i++) {
        const asked = performance.now();
        const { value, done } = await stream.next();
        waited += performance.now() - asked;
        if (done) throw new Error(`the corpus has fewer than ${steps * (rounds + 1)} batches.`);
        const [, batch] = value;
        kept.push(batch);
        await training.run(askedBatch(batch));
      }
      const middle = performance.now();
      for (const batch of kept) await training.run(askedBatch(batch));
      times.push({ streamed: middle - started, ready: performance.now() - middle, waited });
    }
    await stream.return(undefined);
    await close();
    training.dispose();
    // The first turn traces.
    const timed = times.slice(1);
    // Measured times, at most some thousands.
    const least = (of: 'ready' | 'streamed') => Math.min(...timed.map((time) => time[of]));
    const lost = 100 * (1 - least('ready') / least('streamed'));
    return [
      {
        row: `${idle.row}; ${name}`,
        ...{ value: round(lost), unit: '% of the run', reach: 5, reach_is: 'at most' },
        // Measured times, at most some thousands.
        waiting_for_batches_percent: round(Math.min(...timed.map(({ waited, streamed }) => (100 * waited) / streamed))),
        ...{ streamed_ms: round(least('streamed') / steps), ready_ms: round(least('ready') / steps), steps },
      },
    ];
  },
};

/** Rows about what is between a corpus and the engine. */
export const inputRows: readonly Measurement[] = [throughput, idle];
