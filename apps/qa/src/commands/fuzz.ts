import { spawnSync } from 'node:child_process';
import { streamFrom } from '@cloze/random';
import { progress, whole, writeWhole } from 'cloze/terminal';
import type { Command } from 'commander';
import { fuzzConfig } from '../fuzz/fuzz-config.ts';
import { fuzzTensorflowIndex } from '../fuzz/fuzz-tensorflow-index.ts';
import { fuzzVocabulary } from '../fuzz/fuzz-vocabulary.ts';
import type { FuzzSubject } from '../fuzz/subject.ts';
import { tryInChildren } from '../fuzz/try-in-children.ts';
import { accepts, type FuzzKind, makers, tryReaders } from '../fuzz/try-readers.ts';
import { type SubjectResult, trySubject } from '../fuzz/try-subject.ts';

interface FuzzCommandOptions {
  readonly safetensors: number;
  readonly zips: number;
  readonly configs: number;
  readonly vocabularies: number;
  readonly tensorflowIndexes: number;
  readonly tokenizers: number;
  readonly records: number;
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

/** Feeds the bench wrong records of runs, in a process of its own. @throws when one crashed it, or took too much memory */
function fuzzRecords(records: number, seed: number): void {
  const words = ['fuzz-records', '--records', String(records), '--seed', String(seed)];
  const { status } = spawnSync(process.execPath, [...process.execArgv, process.argv[1] as string, ...words], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('records: see above.');
}

/** Bytes that a reader of text may take of the process beyond a file's own size. */
const processBound = 64_000_000;

/** Tells what came of a subject, and what was wrong in it. */
function told(result: SubjectResult, json: boolean): string[] {
  const { kind, files, accepted, refused, crashes, worst_allocation: worst, seconds } = result;
  for (const { file, error } of crashes.slice(0, 10)) process.stderr.write(`${kind} file ${file}: ${error}\n`);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...result, crashes: crashes.length })}\n`
      : `${kind}: ${files} files, ${accepted} accepted, ${refused} refused, ${crashes.length} crashes; the process grew by at most ${worst} bytes for one, in ${seconds} s\n`,
  );
  return [
    ...(crashes.length > 0 ? [`${kind}: ${crashes.length} crashes`] : []),
    ...(worst > processBound ? [`${kind}: the process grew by ${worst} bytes, ${processBound} allowed`] : []),
  ];
}

/** Reads wrong files until one is not refused as it should be. @throws when a reader crashed or took too much memory */
export async function fuzzCommand(options: FuzzCommandOptions): Promise<void> {
  const { safetensors, zips, configs, vocabularies, tensorflowIndexes, tokenizers, records, seed, corpus, json } =
    options;
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
    if (files === 0) continue;
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
  for (const [subject, files] of [
    [fuzzConfig, configs],
    [fuzzVocabulary, vocabularies],
    [fuzzTensorflowIndex, tensorflowIndexes],
  ] as const satisfies readonly (readonly [FuzzSubject, number])[]) {
    if (files === 0) continue;
    const show = progress(subject.name, files);
    const result = await trySubject(subject, files, { seed, onFile: (done) => show(done, 'files') });
    for (const problem of told(result, json)) wrong.push(problem);
  }
  if (tokenizers > 0) {
    const show = progress('tokenizer-json', tokenizers);
    const result = await tryInChildren(tokenizers, { seed, onFile: (done) => show(done, 'files') });
    for (const problem of told(result, json)) wrong.push(problem);
  }
  if (records > 0) fuzzRecords(records, seed);
  if (wrong.length > 0) throw new Error(`${wrong.join('; ')}. A number of a file and the seed make it again.`);
}

/** Declares `qa fuzz`. */
export function addFuzz(program: Command): void {
  program
    .command('fuzz')
    .description(
      'feed the readers of checkpoints, configs, tokenizers and records wrong files: no crash, no hang, no memory beyond the size of a file',
    )
    .option('--safetensors <number>', 'safetensors files', whole(0), 100_000)
    .option('--zips <number>', "PyTorch's .bin files", whole(0), 2_000)
    .option('--configs <number>', 'config.json files', whole(0), 20_000)
    .option('--vocabularies <number>', 'vocab.txt files, with settings beside them', whole(0), 10_000)
    .option('--tensorflow-indexes <number>', "indexes of TensorFlow's checkpoints", whole(0), 20_000)
    .option('--tokenizers <number>', 'tokenizer.json files, in processes of their own', whole(0), 1000)
    .option('--records <number>', 'records of runs, which bench verify and report read', whole(0), 0)
    .option('--seed <number>', 'every file follows from it', whole(0), 1)
    .option('--corpus <file>', 'write the safetensors files with our verdicts instead, for another reader to judge')
    .option('--json', 'one JSON object a kind on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa fuzz --safetensors 1000000 --zips 10000 --tokenizers 300000')
    .action(fuzzCommand);
}
