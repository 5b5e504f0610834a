import { chunkText, encodeWithWords } from '@cloze/datasets';
import { bernoulli, candidateIds, type MaskPolicy, maskBatch, wholeWordBernoulli } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { nativeTokenizer, padEncodings, tokenizerJson } from '@cloze/tokenizer';
import { openPerfCorpus } from '../corpus.ts';
import { ownSide } from '../own-side.ts';
import { pythonOf } from '../peer-script.ts';
import type { Comparison, PerfContext, Side } from '../row.ts';
import { timed } from '../timed.ts';
import { transformersPeer } from '../transformers-peer.ts';

const [count, rows] = [2000, 256];

async function openRows({ data }: PerfContext) {
  const { texts, vocabulary } = await openPerfCorpus(data, count);
  const pieces = texts.flatMap((text) => chunkText(text, 126));
  const encodings = await encodeWithWords(nativeTokenizer(tokenizerJson(vocabulary)), pieces);
  const batches = Array.from({ length: Math.ceil(encodings.length / rows) }, (_, i) =>
    padEncodings(encodings.slice(i * rows, (i + 1) * rows), { padId: vocabulary.special.pad }),
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
