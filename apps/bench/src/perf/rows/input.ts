import { join } from 'node:path';
import { candidateIds, type MaskedBatch } from '@cloze/masking';
import { nativeTokenizer, tokenizerJson } from '@cloze/tokenizer';
import { prefetch } from '@cloze/trainer';
import { maskedBatches } from '../../input/masked-batches.ts';
import { streamLines } from '../../input/stream-lines.ts';
import { openVocabulary } from '../../mask/policy-setting.ts';
import { readLines } from '../../mask/read-lines.ts';
import { targetInputs } from '../../quick-start/models.ts';
import { mlmTraining } from '../mlm-training.ts';
import type { Measurement, PerfContext } from '../row.ts';

/** Two lengths, 4,096 padded tokens a batch. */
const buckets = [64, 128];
const tokens = 4096;
const steps = 60;
const rounds = 3;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

function openInput({ data }: PerfContext) {
  const poems = data === undefined ? readLines(undefined, 20_000) : undefined;
  const vocabulary = openVocabulary(data, poems ?? []);
  const options = {
    tokenizer: nativeTokenizer(tokenizerJson(vocabulary), { onInvalid: 'replace' }),
    special: vocabulary.special,
    candidates: candidateIds(vocabulary.tokens),
    ...{ seed: 1, buckets, tokens },
  };
  return {
    name: poems ? '40,000 classical poems' : 'zh-modern.txt.gz',
    batches: (epoch: number) =>
      maskedBatches(poems ?? streamLines(join(data as string, 'corpus', 'zh-modern.txt.gz')), { ...options, epoch }),
  };
}

const realTokens = ({ attend }: MaskedBatch) => attend.reduce((sum, real) => sum + real, 0);

/** Everything before the engine, alone: read, cut, tokenise, shuffle, pad, mask. */
const throughput: Measurement = {
  row: 'input alone: read, cut, tokenise, shuffle, pad, mask 80/10/10',
  measure: async (context) => {
    const { name, batches } = openInput(context);
    const rates: number[] = [];
    let count = 0;
    for (let epoch = 0; epoch < rounds; epoch++) {
      const started = performance.now();
      count = 0;
      for await (const batch of batches(epoch)) count += realTokens(batch);
      rates.push(count / (performance.now() - started) / 1000);
    }
    return [
      {
        row: `${throughput.row}; ${name}`,
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
    const { name, batches } = openInput(context);
    const { training } = mlmTraining(context.engine, { layers: 2, width: 128, batch: 32, length: 128 });
    const stream = prefetch(batches(0), { ahead: 4 });
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
        kept.push(value);
        await training.run(targetInputs(value));
      }
      const middle = performance.now();
      for (const batch of kept) await training.run(targetInputs(batch));
      times.push({ streamed: middle - started, ready: performance.now() - middle, waited });
    }
    await stream.return(undefined);
    training.dispose();
    // The first turn traces.
    const timed = times.slice(1);
    const least = (of: 'ready' | 'streamed') => Math.min(...timed.map((time) => time[of]));
    const lost = 100 * (1 - least('ready') / least('streamed'));
    return [
      {
        row: `${idle.row}; ${name}`,
        ...{ value: round(lost), unit: '% of the run', reach: 5, reach_is: 'at most' },
        waiting_for_batches_percent: round(Math.min(...timed.map(({ waited, streamed }) => (100 * waited) / streamed))),
        ...{ streamed_ms: round(least('streamed') / steps), ready_ms: round(least('ready') / steps), steps },
      },
    ];
  },
};

/** Rows about what is between a corpus and the engine. */
export const inputRows: readonly Measurement[] = [throughput, idle];
