import { streamFrom } from '@cloze/random';
import { progress, whole, writeWhole } from 'cloze/terminal';
import type { Command } from 'commander';
import { accepts, type FuzzKind, makers, tryReaders } from '../fuzz/try-readers.ts';

interface FuzzCommandOptions {
  readonly safetensors: number;
  readonly zips: number;
  readonly seed: number;
  readonly corpus?: string;
  readonly json: boolean;
}

/** Bytes that may be taken beyond a file's own size. */
const bound = 1_000_000;

/** The files as one: each after its length (four bytes, little-endian) and our verdict (one byte: 1 accepts). */
export function fuzzCorpus(count: number, seed: number): Uint8Array {
  const stream = streamFrom(seed).fork('fuzz safetensors');
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const file = makers.safetensors(stream.fork(i));
      const head = Buffer.alloc(5);
      head.writeUInt32LE(file.length);
      head[4] = accepts('safetensors', file) ? 1 : 0;
      return Buffer.concat([head, file]);
    }),
  );
}

/** Reads wrong files until one is not refused as it should be. @throws when a reader crashed or took too much memory */
export function fuzzCommand({ safetensors, zips, seed, corpus, json }: FuzzCommandOptions): void {
  if (corpus !== undefined) {
    writeWhole(corpus, fuzzCorpus(safetensors, seed));
    process.stderr.write(`${safetensors} files with our verdicts in ${corpus}\n`);
    return;
  }
  const wrong: string[] = [];
  for (const [kind, files] of [
    ['safetensors', safetensors],
    ['zip', zips],
  ] as const satisfies readonly (readonly [FuzzKind, number])[]) {
    const show = progress(kind, files);
    const result = tryReaders(kind, files, { seed, onFile: (done) => show(done, 'files') });
    const { accepted, refused, crashes, worst_allocation: worst, slowest_ms: slowest, seconds } = result;
    for (const { file, error } of crashes.slice(0, 3)) process.stderr.write(`${kind} file ${file}: ${error}\n`);
    if (crashes.length > 0) wrong.push(`${kind}: ${crashes.length} crashes`);
    if (worst > bound) wrong.push(`${kind}: ${worst} bytes beyond a file's size, ${bound} allowed`);
    process.stdout.write(
      json
        ? `${JSON.stringify({ ...result, crashes: crashes.length })}\n`
        : `${kind}: ${files} files, ${accepted} accepted, ${refused} refused, ${crashes.length} crashes; at most ${worst} bytes beyond a file's size, ${slowest} ms, in ${seconds} s\n`,
    );
  }
  if (wrong.length > 0) throw new Error(`${wrong.join('; ')}. A number of a file and the seed make it again.`);
}

/** Declares `qa fuzz`. */
export function addFuzz(program: Command): void {
  program
    .command('fuzz')
    .description('feed the checkpoint readers wrong files: no crash, no memory beyond the size of a file')
    .option('--safetensors <number>', 'safetensors files', whole(0), 100_000)
    .option('--zips <number>', "PyTorch's .bin files", whole(0), 2_000)
    .option('--seed <number>', 'every file follows from it', whole(0), 1)
    .option('--corpus <file>', 'write the safetensors files with our verdicts instead, for another reader to judge')
    .option('--json', 'one JSON object a kind on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa fuzz --safetensors 1000000 --zips 10000')
    .action(fuzzCommand);
}
