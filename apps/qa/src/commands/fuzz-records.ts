import { progress, whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { fuzzRecords } from '../fuzz/fuzz-records.ts';

/** Bytes that a record may take beyond its own size. */
const bound = 64_000_000;

/** Feeds wrong records to what reads, verifies and reports on them. @throws when one crashed or took too much memory */
export function fuzzRecordsCommand({ records, seed }: { readonly records: number; readonly seed: number }): void {
  const show = progress('records', records);
  const { crashes, ...figures } = fuzzRecords(records, { seed, onFile: (done) => show(done, 'files') });
  for (const { file, error } of crashes.slice(0, 3)) process.stderr.write(`record ${file}: ${error}\n`);
  process.stdout.write(`${JSON.stringify({ kind: 'records', ...figures, crashes: crashes.length })}\n`);
  if (crashes.length > 0)
    throw new Error(`${crashes.length} crashes. A number of a record and the seed make it again.`);
  if (figures.worst > bound) throw new Error(`${figures.worst} bytes beyond a record's size, ${bound} allowed.`);
}

/** Declares the hidden `qa fuzz-records`, which `qa fuzz --records` starts. */
export function addFuzzRecords(program: Command): void {
  program
    .command('fuzz-records', { hidden: true })
    .option('--records <number>', 'wrong records', whole(0), 100_000)
    .option('--seed <number>', 'every record follows from it', whole(0), 1)
    .action(fuzzRecordsCommand);
}
