import { chunkText, maskableBatches, policySetting } from '@cloze/datasets';
import { readPmi, readWordVectors, streamTexts } from '@cloze/datasets/node';
import {
  auditPolicy,
  mask,
  maskLegend,
  type NamedPolicy,
  type PresetGiven,
  presetsNamed,
  showMask,
} from '@cloze/masking';
import { loadTokenizer } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import { type NativeTokenizer, trainVocabulary, type Vocabulary } from '@cloze/tokenizer';
import { writeWhole } from '@cloze/trainer/node';
import type { Command } from 'commander';
import { auditHead, auditPage, auditRows } from '../mask/audit-page.ts';
import { measureSpeed } from '../mask/measure-speed.ts';
import { checkOutputFile } from '../terminal/output-file.ts';
import { say } from '../terminal/say.ts';
import { textTable } from '../terminal/text-table.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { whole } from '../terminal/whole.ts';
import { loadPolicy } from '../training/load-policy.ts';

interface MaskCommandOptions {
  readonly policy: string;
  readonly audit: boolean;
  readonly speed: boolean;
  readonly corpus?: readonly string[];
  readonly column?: string;
  readonly model?: string;
  readonly pmi?: string;
  readonly vectors?: string;
  readonly seed: number;
  readonly length: number;
  readonly limit?: number;
  readonly out?: string;
  readonly json: boolean;
}

/** Texts of the corpus, at most so many. */
async function textsOf({
  corpus = [],
  column,
  limit = Number.POSITIVE_INFINITY,
}: MaskCommandOptions): Promise<string[]> {
  const texts: string[] = [];
  if (corpus.length === 0) return texts;
  for await (const text of streamTexts(corpus, column === undefined ? {} : { column })) {
    texts.push(text);
    if (texts.length >= limit) break;
  }
  return texts;
}

/** Refuses an audit or a timing of no text. @throws {UsageError} without a corpus {RangeError} for files that have no text */
function checkCorpus(option: string, corpus: readonly string[], texts: readonly string[]): void {
  if (corpus.length === 0) throw new UsageError(`${option} needs a --corpus of text.`);
  if (texts.length === 0) throw new RangeError(`${corpus.join(', ')} has no text.`);
}

/** The vocabulary of a checkpoint with its own tokenizer, or one learnt from the texts with BERT's rules. */
async function vocabularyOf(
  model: string | undefined,
  texts: readonly string[],
): Promise<{ readonly vocabulary: Vocabulary; readonly tokenizer?: NativeTokenizer }> {
  if (model === undefined) return { vocabulary: trainVocabulary(texts, { size: 12_000, minimum: 1 }) };
  const { tokenizer, special, notes } = await loadTokenizer(model);
  if (notes.length > 0) say(`${model}: ${notes.join('; ')}.`);
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? `[unused-id-${id}]`);
  const { pad, unknown, classify, separate, mask: maskId } = special;
  if (
    pad === undefined ||
    unknown === undefined ||
    classify === undefined ||
    separate === undefined ||
    maskId === undefined
  )
    throw new Error(
      `${model}: its tokenizer lacks one of the tokens for padding, unknown words, beginning, end and mask.`,
    );
  const vocabulary = {
    tokens,
    idOf: new Map(tokens.map((token, id) => [token, id])),
    special: { pad, unknown, classify, separate, mask: maskId },
  };
  return { vocabulary, tokenizer };
}

/** The policies asked for: presets by name, or the one that a module exports. */
async function policiesOf(asked: string, given: Required<PresetGiven>): Promise<readonly NamedPolicy[]> {
  if (!/\.[cm]?js$/.test(asked)) return presetsNamed(asked, given);
  const own = await loadPolicy(asked);
  return [{ ...own, about: own.about ?? asked }];
}

/** Shows what policies do to a sentence, or audits them on a corpus. @throws {UsageError} without a text or a corpus to audit */
export async function maskCommand(text: string | undefined, options: MaskCommandOptions): Promise<void> {
  if (options.audit) return audit(options);
  if (options.speed) return speed(options);
  if (text === undefined) throw new UsageError('give a text to mask, or --audit with --corpus for counts on a corpus.');
  return show(text, options);
}

/** Everything that policies work on: texts cut into rows, encoded, and what presets need of them. */
async function prepare(texts: readonly string[], { policy, model, pmi, vectors, length }: MaskCommandOptions) {
  const { vocabulary, tokenizer } = await vocabularyOf(model, texts);
  const rows = texts.flatMap((line) => chunkText(line, length - 2));
  const batches = await maskableBatches(vocabulary, rows, { tokenizer });
  const { setting, given } = policySetting(vocabulary, batches, {
    texts,
    pmi: pmi === undefined ? undefined : readPmi(pmi),
    vectors: vectors === undefined ? undefined : readWordVectors(vectors),
  });
  return { vocabulary, tokenizer, batches, setting, rows: rows.length, policies: await policiesOf(policy, given) };
}

async function show(text: string, options: MaskCommandOptions): Promise<void> {
  const { seed, json } = options;
  const { vocabulary, tokenizer, setting, policies } = await prepare([...(await textsOf(options)), text], options);
  const [batch] = await maskableBatches(vocabulary, [text], { tokenizer });
  if (!batch) return;
  if (!json) process.stdout.write(`${maskLegend}\n`);
  const shown = { ...setting, tokenOf: (id: number) => vocabulary.tokens[id] as string };
  for (const policy of policies) {
    const stream = streamFrom(seed).fork('mask', policy.name);
    const after = mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: () => stream.fork(0) });
    const rows = showMask(batch, after, policy, shown);
    process.stdout.write(
      json
        ? `${JSON.stringify({ policy: policy.name, about: policy.about, text: rows })}\n`
        : `${policy.name.padEnd(21)} ${rows.join(`\n${''.padEnd(22)}`)}\n`,
    );
  }
}

async function audit(options: MaskCommandOptions): Promise<void> {
  const { seed, out, json, length, corpus = [] } = options;
  if (out !== undefined) checkOutputFile('--out', out, corpus);
  const texts = await textsOf(options);
  checkCorpus('--audit', corpus, texts);
  const { batches, setting, policies, rows } = await prepare(texts, options);
  const about = `${corpus.join(' ')}: ${texts.length} texts, ${rows} rows of up to ${length}`;
  say(about);
  const audits = policies.map((policy) => {
    const stream = streamFrom(seed).fork('mask audit', policy.name);
    const found = auditPolicy(policy, batches, {
      setting,
      randomOf: (row) => stream.fork(row),
      now: () => performance.now(),
    });
    if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
    return found;
  });
  if (!json) {
    process.stdout.write(`${textTable(auditHead, auditRows(audits))}\n`);
  }
  if (out !== undefined) {
    writeWhole(out, auditPage(audits, about));
    say(`report: ${out}`);
  }
}

/** Passes of each policy over the corpus. */
const passes = 7;

async function speed(options: MaskCommandOptions): Promise<void> {
  const { seed, json, corpus = [] } = options;
  const texts = await textsOf(options);
  checkCorpus('--speed', corpus, texts);
  const { batches, setting, policies } = await prepare(texts, options);
  for (const row of measureSpeed(policies, batches, { seed, passes, setting }))
    process.stdout.write(
      json
        ? `${JSON.stringify(row)}\n`
        : `${row.policy.padEnd(21)} ${row.mtokens_per_s} M tokens/s (median ${row.median}${row.reach ? `, reach ${row.reach}` : ''})\n`,
    );
}

/** Declares `cloze mask`. */
export function addMask(program: Command): void {
  program
    .command('mask')
    .description('show what masking policies do to a sentence, or audit them on a corpus')
    .argument('[text]', 'a sentence to mask')
    .option('--policy <names>', 'all, names with commas between, or a module that exports one: ./every-other.js', 'all')
    .option('--audit', 'count what policies do to a corpus: realised rates, spans, tokens that must stay', false)
    .option('--speed', 'time policies on the corpus, one core', false)
    .option('--corpus <files...>', 'text files, .gz or not; counts, collocations and similar tokens are taken from it')
    .option('--column <name>', 'of tables, default text')
    .option('--model <model>', 'whose tokenizer is used, weights or not; default: one learnt from the corpus')
    .option('--pmi <file>', 'a list of cloze pmi build; default: built from the corpus')
    .option(
      '--vectors <file>',
      "word vectors in word2vec's text format, for similar words; default: neighbours in the corpus",
    )
    .option('--seed <number>', 'every mask follows from it', whole(0), 1)
    .option('--length <number>', 'tokens a row, special tokens included', whole(3), 128)
    .option('--limit <number>', 'texts at most, to try things out', whole(1))
    .option('--out <file>', 'write the audit as a page')
    .option('--json', 'one JSON object a policy on stdout', false)
    .addHelpText(
      'after',
      `
Examples: cloze mask "床前明月光，疑是地上霜" --policy whole-word,span-bert
          cloze mask --audit --corpus poems.txt.gz --policy ./every-other.js`,
    )
    .action(maskCommand);
}
