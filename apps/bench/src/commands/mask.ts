import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { chunkText } from '@cloze/datasets';
import { mask } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import Table from 'cli-table3';
import { whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { auditHead, auditPage, auditRows } from '../mask/audit-page.ts';
import { auditPolicy } from '../mask/audit-policy.ts';
import { encodeTexts } from '../mask/encode-texts.ts';
import { measureSpeed } from '../mask/measure-speed.ts';
import { openVocabulary, policiesNamed, policySetting } from '../mask/policy-setting.ts';
import { readLines } from '../mask/read-lines.ts';
import { legend, showMask } from '../mask/show-mask.ts';

/** Options of `bench mask`. */
export interface MaskCommandOptions {
  readonly policy: string;
  readonly audit: boolean;
  readonly speed: boolean;
  readonly data?: string;
  readonly pmi?: string;
  readonly vectors?: string;
  readonly seed: number;
  readonly length: number;
  readonly limit?: number;
  readonly out?: string;
  readonly json: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Shows what policies do to a sentence, or audits them on a corpus. @throws when neither a text nor --audit nor --speed is given */
export async function maskCommand(text: string | undefined, options: MaskCommandOptions): Promise<void> {
  if (options.speed) await speed(options);
  else if (options.audit) await audit(options);
  else if (text !== undefined) await show(text, options);
  else throw new RangeError('give a text to mask, --audit for counts on a whole corpus, or --speed.');
}

async function show(text: string, options: MaskCommandOptions): Promise<void> {
  const { policy: name, data, pmi, vectors, seed, length, json } = options;
  const texts = readLines(data, data === undefined ? 4000 : 8000);
  const vocabulary = openVocabulary(data, [...texts, text]);
  const [batch] = await encodeTexts(vocabulary, [text]);
  const around = await encodeTexts(vocabulary, texts.flatMap((line) => chunkText(line, length - 2)).slice(0, 4000));
  const { setting, given } = await policySetting(vocabulary, around, { texts: [...texts, text], pmi, vectors });
  const policies = policiesNamed(name, given);
  if (!json) process.stdout.write(`${legend}\n`);
  for (const policy of policies) {
    if (!batch) continue;
    const stream = streamFrom(seed).fork('mask', policy.name);
    const after = mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: () => stream.fork(0) });
    const rows = showMask(batch, after, policy, {
      ...setting,
      tokenOf: (id) => vocabulary.tokens[id] as string,
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ policy: policy.name, about: policy.about, text: rows })}\n`
        : `${policy.name.padEnd(21)} ${rows.join(`\n${''.padEnd(22)}`)}\n`,
    );
  }
}

async function openCorpus({ policy, data, pmi, vectors, length, limit }: MaskCommandOptions) {
  let since = performance.now();
  const lines = readLines(data, limit ?? (data === undefined ? 20_000 : undefined));
  const texts = lines.flatMap((line) => chunkText(line, length - 2));
  const vocabulary = openVocabulary(data, lines);
  const times = { tokenize: 0, segment: 0 };
  const batches = await encodeTexts(vocabulary, texts, { times });
  const tokens = batches.reduce((sum, { attend }) => sum + attend.reduce((a, b) => a + b, 0), 0);
  const corpus = `${data === undefined ? 'classical poems of the package chinese-poetry' : 'zh-modern'}: ${lines.length} texts, ${texts.length} rows of up to ${length}, ${tokens} tokens`;
  say(
    `${corpus}; tokenised in ${times.tokenize.toFixed(1)} s, jieba ${times.segment.toFixed(1)} s, ${seconds(since)} in all`,
  );
  since = performance.now();
  const { setting, given } = await policySetting(vocabulary, batches, { texts: lines, pmi, vectors });
  say(`${[...given.ngrams].length} collocations, similar tokens by random indexing: ${seconds(since)}`);
  return { corpus, tokens, times, batches, setting, policies: policiesNamed(policy, given) };
}

async function speed(options: MaskCommandOptions): Promise<void> {
  const { batches, setting, policies, tokens, times } = await openCorpus({
    ...options,
    limit: options.limit ?? 8000,
  });
  const { seed, json } = options;
  const before = { tokenize: times.tokenize, 'word boundaries (jieba)': times.segment };
  for (const [part, spent] of Object.entries(before)) {
    const row = { part, tokens, mtokens_per_s: Number((tokens / spent / 1e6).toFixed(2)) };
    process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${part}: ${row.mtokens_per_s} M tokens/s, once\n`);
  }
  for (const row of measureSpeed(policies, batches, { seed, passes: 7, setting })) {
    process.stdout.write(
      json
        ? `${JSON.stringify(row)}\n`
        : `${row.policy.padEnd(21)} ${row.mtokens_per_s} M tokens/s (median ${row.median}${row.reach ? `, reach ${row.reach}` : ''})\n`,
    );
  }
}

async function audit(options: MaskCommandOptions): Promise<void> {
  const { seed, out, json } = options;
  const { corpus, batches, setting, policies } = await openCorpus(options);
  const audits = policies.map((policy) => {
    const row = auditPolicy(policy, batches, { seed, setting });
    if (json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else say(`${row.policy}: ${(100 * row.rate).toFixed(2)} %`);
    return row;
  });
  if (!json) {
    const table = new Table({ head: auditHead, style: { head: [], border: [] } });
    table.push(...auditRows(audits));
    process.stdout.write(`${table.toString()}\n`);
  }
  if (out) {
    mkdirSync(dirname(resolve(out)), { recursive: true });
    writeFileSync(out, auditPage(audits, corpus));
    say(`report: ${resolve(out)}`);
  }
}

/** Declares `bench mask`. */
export function addMask(program: Command): void {
  program
    .command('mask')
    .description('show what masking policies do to a sentence, or audit them on a corpus')
    .argument('[text]', 'a sentence to mask')
    .option('--policy <names>', 'all, or names with commas between', 'all')
    .option('--audit', 'count what policies do to a corpus: realised rates, spans, tokens that must stay', false)
    .option('--speed', 'time policies on the corpus, one core', false)
    .option('--data <folder>', 'a data folder with corpus/ and vocab/; default: classical poems')
    .option('--pmi <file>', 'a list of cloze pmi build; default: built from the corpus')
    .option(
      '--vectors <file>',
      "word vectors in word2vec's text format, for similar words; default: neighbours in the corpus",
    )
    .option('--seed <number>', 'every mask follows from it', whole(0), 1)
    .option('--length <number>', 'tokens a row, special tokens included', whole(3), 128)
    .option('--limit <number>', 'texts at most, to try things out', whole(1))
    .option('--out <file>', 'write the audit as a page with figures')
    .option('--json', 'one JSON object a policy on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench mask "床前明月光，疑是地上霜" --policy whole-word,span-bert')
    .action(maskCommand);
}
