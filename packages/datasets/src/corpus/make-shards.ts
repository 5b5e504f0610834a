import type { Encoding } from '@cloze/tokenizer';
import { cutRows } from './cut-rows.ts';
import { packIds } from './shard-bytes.ts';
import type { CorpusManifest, ShardStore } from './shard-store.ts';

/** Documents tokenised at once, on threads of the tokenizer's own. */
const documentsAtOnce = 256;
/** Code points of a piece of a long document, in tokens of a row: a document of any size is tokenised piece by piece. */
const rowsAPiece = 64;

/** What making shards needs. */
export interface ShardMaker {
  readonly store: ShardStore;
  readonly documents: AsyncIterable<string>;
  /** Encodings with their word numbers, special tokens around them. */
  readonly encode: (texts: readonly string[]) => Promise<readonly Encoding[]>;
  readonly pieces: (text: string, longest: number) => string[];
  readonly tokenOf: (id: number) => string | undefined;
  /** Tokens a row, special ones included. */
  readonly length: number;
  readonly shardTokens: number;
  /** Every n-th document is left out. */
  readonly leaveOutEvery?: number;
  readonly onShard: (manifest: CorpusManifest) => void;
  /** Resolves when more is wanted: making waits for it before each group of documents. */
  readonly untilWanted: () => Promise<void>;
  readonly isStopped: () => boolean;
}

const sentenceEnds = /[。！？!?；;….]$/u;

/** Special tokens before and behind an encoding's own. */
function frameOf({ ids, special }: Encoding): { readonly before: number[]; readonly behind: number[] } {
  const first = special.indexOf(0);
  if (first < 0) {
    const half = Math.ceil(ids.length / 2);
    return { before: [...ids.subarray(0, half)], behind: [...ids.subarray(half)] };
  }
  return { before: [...ids.subarray(0, first)], behind: [...ids.subarray(special.lastIndexOf(0) + 1)] };
}

/** Tokenises documents into shards, each written whole and noted; goes on behind those that are there. */
export async function makeShards(
  given: CorpusManifest,
  {
    store,
    documents,
    encode,
    pieces,
    tokenOf,
    length,
    shardTokens,
    leaveOutEvery,
    onShard,
    untilWanted,
    isStopped,
  }: ShardMaker,
): Promise<CorpusManifest> {
  let manifest = given;
  const done = manifest.shards.at(-1)?.documents ?? 0;
  const ends = new Map<number, boolean>();
  const isEnd = (id: number): boolean => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const answer = sentenceEnds.test(tokenOf(id) ?? '');
    ends.set(id, answer);
    return answer;
  };
  let rows: Int32Array[] = [];
  let begins: Uint8Array[] = [];
  let tokens = 0;
  let seen = 0;
  const room = () => length - manifest.before.length - manifest.behind.length;

  const flush = (isComplete: boolean) => {
    if (rows.length > 0) {
      const ids = new Int32Array(tokens);
      const bits = new Uint8Array(manifest.words === 'none' ? 0 : Math.ceil(tokens / 8));
      let offset = 0;
      for (const [row, part] of rows.entries()) {
        ids.set(part, offset);
        const own = begins[row];
        if (own && bits.length > 0)
          for (let i = 0; i < own.length; i++)
            if (own[i]) bits[(offset + i) >> 3] = (bits[(offset + i) >> 3] as number) | (1 << ((offset + i) & 7));
        offset += part.length;
      }
      const lengths = new Uint8Array(Uint16Array.from(rows, (row) => row.length).buffer);
      const packed = packIds(ids, manifest.idBits);
      const bytes = new Uint8Array(lengths.length + packed.length + bits.length);
      bytes.set(lengths);
      bytes.set(packed, lengths.length);
      bytes.set(bits, lengths.length + packed.length);
      store.write(manifest.shards.length, bytes);
    }
    const entry = { rows: rows.length, tokens, documents: seen };
    manifest = { ...manifest, isComplete, shards: rows.length > 0 ? [...manifest.shards, entry] : manifest.shards };
    store.note(manifest);
    [rows, begins, tokens] = [[], [], 0];
    onShard(manifest);
  };

  const take = ({ ids, special, wordNumbers }: Encoding) => {
    const from = special.indexOf(0);
    if (from < 0) return;
    const own = ids.subarray(from, special.lastIndexOf(0) + 1);
    const words = wordNumbers.subarray(from, from + own.length);
    const begin = (i: number) => i === 0 || (words[i] as number) < 0 || words[i] !== words[i - 1];
    for (const [start, end] of cutRows(own.length, room(), { ends: (i) => isEnd(own[i] as number), begins: begin })) {
      rows.push(own.slice(start, end));
      if (manifest.words !== 'none')
        begins.push(Uint8Array.from({ length: end - start }, (_, i) => (begin(start + i) ? 1 : 0)));
      tokens += end - start;
    }
  };

  let group: string[] = [];
  let ofGroup = 0;
  let encoding:
    | { readonly result: Promise<readonly Encoding[]>; readonly documents: number; readonly endsDocument: boolean }
    | undefined;
  const settle = async () => {
    if (!encoding) return;
    const { result, documents: read, endsDocument } = encoding;
    encoding = undefined;
    for (const one of await result) take(one);
    seen += read;
    // A shard ends with a document, so that an interrupted making goes on behind it.
    if (tokens >= shardTokens && endsDocument) flush(false);
  };
  /** Hands a group to the tokenizer's threads, and meanwhile cuts the one before. */
  const encodeGroup = async (endsDocument = true) => {
    const result = encode(group);
    // Its failure is heard when its turn comes.
    result.catch(() => {});
    const next = { result, documents: endsDocument ? ofGroup : ofGroup - 1, endsDocument };
    [group, ofGroup] = [[], endsDocument ? 0 : 1];
    await settle();
    encoding = next;
  };
  if (manifest.before.length + manifest.behind.length === 0) {
    const [probe] = await encode(['a']);
    if (probe) manifest = { ...manifest, ...frameOf(probe) };
  }
  if (room() < 1) throw new RangeError(`openCorpus: length ${length} leaves no room beside the special tokens.`);
  let number = 0;
  for await (const text of documents) {
    if (isStopped()) return manifest;
    number++;
    if (number <= done) {
      seen = number;
      continue;
    }
    ofGroup++;
    if (leaveOutEvery === undefined || number % leaveOutEvery !== 0)
      for (const piece of pieces(text, rowsAPiece * room())) {
        if (group.length >= documentsAtOnce) await encodeGroup(false);
        group.push(piece);
      }
    if (ofGroup < documentsAtOnce && group.length < documentsAtOnce) continue;
    await encodeGroup();
    await untilWanted();
  }
  if (ofGroup > 0) await encodeGroup();
  await settle();
  flush(true);
  return manifest;
}
