import { chunkText } from '@cloze/datasets';
import { bert, type Candidates, type MaskedBatch, mask, type Policy } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type Encoding, type NativeTokenizer, padEncodings } from '@cloze/tokenizer';
import { batchByLength, prefetch, shuffleStream } from '@cloze/trainer';

/** How texts become masked batches. */
export interface MaskedBatchOptions {
  readonly tokenizer: NativeTokenizer;
  readonly special: { readonly pad: number; readonly mask: number };
  readonly candidates: Candidates;
  /** Orders and masks follow from these two and the number of an example. */
  readonly seed: number;
  readonly epoch: number;
  /** Lengths that rows are padded to; a longer text is cut at sentence ends. */
  readonly buckets: readonly number[];
  /** Padded tokens a batch. */
  readonly tokens: number;
  /** Default BERT's 80/10/10 of 15 %. */
  readonly policy?: Policy;
  /** Examples held for shuffling, default 10,000; 1 keeps the order. */
  readonly shuffle?: number;
}

interface Example {
  readonly number: number;
  readonly encoding: Encoding;
}

/** Texts handed to the native tokenizer at once. */
const GROUP = 256;

async function* encodedGroups(
  texts: AsyncIterable<string> | Iterable<string>,
  tokenizer: NativeTokenizer,
  longest: number,
): AsyncGenerator<readonly Encoding[]> {
  let group: string[] = [];
  for await (const text of texts) {
    group.push(...chunkText(text, longest - 2));
    if (group.length < GROUP) continue;
    yield await tokenizer.encodeBatch(group);
    group = [];
  }
  if (group.length > 0) yield await tokenizer.encodeBatch(group);
}

async function* examplesOf(groups: AsyncIterable<readonly Encoding[]>): AsyncGenerator<Example> {
  let number = 0;
  // The next groups are tokenised, on threads of their own, while this one goes through the rest.
  // Only what is needed: an encoding with offsets keeps native memory alive.
  for await (const group of prefetch(groups, { ahead: 2 }))
    for (const { ids, segments, special, wordNumbers } of group)
      yield { number: number++, encoding: { ids, segments, special, wordNumbers } };
}

/**
 * From texts to masked batches as one stream: cut, tokenise, shuffle, sort into length buckets, pad, mask.
 *
 * Nothing is held but the shuffle buffer and a batch a bucket, so a corpus may be larger than memory. A bucket's batches have one shape:
 * its slots are those of a full row.
 */
export async function* maskedBatches(
  texts: AsyncIterable<string> | Iterable<string>,
  { tokenizer, special, candidates, seed, epoch, buckets, tokens, policy = bert, shuffle }: MaskedBatchOptions,
): AsyncGenerator<MaskedBatch> {
  const longest = Math.max(...buckets);
  const random = streamFrom(seed).fork('input', epoch);
  const shuffled = shuffleStream(
    examplesOf(encodedGroups(texts, tokenizer, longest)),
    random.fork('order'),
    shuffle === undefined ? {} : { buffer: shuffle },
  );
  const batches = batchByLength(shuffled, {
    lengthOf: ({ encoding }) => encoding.ids.length,
    ...{ buckets, tokens, dropLast: true },
  });
  for await (const { length, items } of batches) {
    const batch = padEncodings(
      items.map(({ encoding }) => encoding),
      { padId: special.pad, buckets: [length] },
    );
    yield mask(batch, policy, {
      maskId: special.mask,
      candidates,
      randomOf: (row) => random.fork('mask', (items[row] as Example).number),
    });
  }
}
