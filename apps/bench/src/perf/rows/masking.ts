import { chunkText } from '@cloze/datasets';
import { bernoulli, candidateIds, type MaskPolicy, maskBatch, wholeWordBernoulli } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { encodeTexts } from '../../mask/encode-texts.ts';
import { openVocabulary } from '../../mask/policy-setting.ts';
import { readLines } from '../../mask/read-lines.ts';
import { transformersPeer } from '../../mask/transformers-peer.ts';
import { ownSide } from '../own-side.ts';
import { pythonOf } from '../peer-script.ts';
import type { Comparison, PerfContext, Side } from '../row.ts';
import { timed } from '../timed.ts';

const texts = 2000;

async function openRows({ data }: PerfContext) {
  const lines = readLines(data, texts);
  const vocabulary = openVocabulary(data, lines);
  const batches = await encodeTexts(
    vocabulary,
    lines.flatMap((line) => chunkText(line, 126)),
  );
  return { vocabulary, batches };
}

async function ours(context: PerfContext, policy: MaskPolicy): Promise<Side> {
  const { vocabulary, batches } = await openRows(context);
  const candidates = candidateIds(vocabulary.tokens);
  const stream = streamFrom(1);
  let pass = 0;
  const tokens = batches.reduce((sum, { maskable }) => sum + maskable.reduce((a, b) => a + b, 0), 0);
  return ownSide(`maskBatch, one thread, a new stream for each row, ${tokens} tokens a pass`, () => {
    const own = stream.fork(pass++);
    return timed(async () => {
      for (const [i, batch] of batches.entries())
        maskBatch(batch, {
          ...policy,
          ...{ maskId: vocabulary.special.mask, candidates, randomOf: (row: number) => own.fork(i, row) },
        });
    });
  });
}

async function theirs(context: PerfContext, policy: 'bernoulli' | 'whole-word'): Promise<Side> {
  const { vocabulary, batches } = await openRows(context);
  const peer = await transformersPeer(pythonOf(context), batches, {
    vocabulary: vocabulary.tokens.length,
    maskId: vocabulary.special.mask,
  });
  return {
    name: `${peer.version} DataCollatorForLanguageModeling, one thread`,
    step: async () => 1000 * (await peer.pass(policy)),
    peakMegabytes: async () => Number.NaN,
    stop: peer.stop,
  };
}

/** Masking rows that are tokenised already, against transformers' collators. */
export const maskingRows: readonly Comparison[] = [
  { name: '80/10/10, each token with 15 %', policy: bernoulli, theirs: 'bernoulli' as const, reach: 1 },
  { name: '80/10/10, each word with 15 %', policy: wholeWordBernoulli, theirs: 'whole-word' as const, reach: 1 },
].map(({ name, policy, theirs: other, reach }) => ({
  row: `masking ${name}`,
  ours: (context: PerfContext) => ours(context, policy),
  peers: [{ kind: 'transformers' as const, reach, prepare: (context: PerfContext) => theirs(context, other) }],
}));
