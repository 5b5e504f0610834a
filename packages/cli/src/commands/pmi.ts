import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { segmentCorpus } from '@cloze/datasets';
import { readPmi, streamTexts, writePmi } from '@cloze/datasets/node';
import { buildPmiVocabulary } from '@cloze/masking';
import { type Command, Option } from 'commander';
import { checkOutputFile } from '../terminal/output-file.ts';
import { textTable } from '../terminal/text-table.ts';
import { whole } from '../terminal/whole.ts';

interface PmiBuildOptions {
  readonly out: string;
  readonly column?: string;
  readonly minimum: number;
  readonly size: number;
  readonly power: '1' | '2';
  readonly json: boolean;
}

const round = (value: number) => Number(value.toFixed(2));

/** Builds the collocations of a corpus, which is held in memory, and saves them. */
export async function pmiBuildCommand(corpus: readonly string[], options: PmiBuildOptions): Promise<void> {
  const { out, column, minimum, size, power, json } = options;
  checkOutputFile('--out', out, corpus);
  const started = performance.now();
  const texts: string[] = [];
  for await (const text of streamTexts(corpus, column === undefined ? {} : { column })) texts.push(text);
  if (texts.length === 0) throw new RangeError(`${corpus.join(', ')} has no text.`);
  const { sentences, words } = segmentCorpus(texts);
  const segmented = performance.now();
  process.stderr.write(
    `${texts.length} texts, ${words} words, segmented in ${round((segmented - started) / 1000)} s\n`,
  );
  const levels: { n: number; frequent: number; passes: number }[] = [];
  const vocabulary = buildPmiVocabulary(sentences, {
    minimum,
    size,
    numeratorPower: power === '2' ? 2 : 1,
    report: (level) => {
      levels.push(level);
      process.stderr.write(
        `${level.n} words: ${level.frequent} n-grams of ${minimum} or more, ${level.passes} pass(es)\n`,
      );
    },
  });
  const built = performance.now();
  mkdirSync(dirname(resolve(out)), { recursive: true });
  await writePmi(out, vocabulary);
  const result = {
    corpus,
    texts: texts.length,
    words,
    totals: vocabulary.totals,
    levels,
    entries: vocabulary.entries.length,
    minimum,
    power: Number(power),
    segment_s: round((segmented - started) / 1000),
    build_s: round((built - segmented) / 1000),
    seconds: round((performance.now() - started) / 1000),
    peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    file: resolve(out),
  };
  process.stdout.write(
    json
      ? `${JSON.stringify(result)}\n`
      : `${result.entries} collocations in ${result.seconds} s (${result.segment_s} s of them jieba), at most ${result.peak_mb} MB: ${result.file}\n`,
  );
}

/** Shows the best collocations of a list, of each length, or those that hold a text. */
export function pmiShowCommand(
  file: string,
  { top, find, json }: { readonly top: number; readonly find?: string; readonly json: boolean },
): void {
  const { entries, numeratorPower, minimum, totals } = readPmi(file);
  const chosen = entries.filter(({ words }) => find === undefined || words.join('').includes(find));
  const shown = [2, 3, 4, 5, 6, 7, 8].flatMap((n) => chosen.filter(({ words }) => words.length === n).slice(0, top));
  if (json) {
    for (const entry of shown) process.stdout.write(`${JSON.stringify(entry)}\n`);
    return;
  }
  const table = textTable(
    ['words', 'n', 'count', 'PMI (nats)'],
    shown.map(({ words, count, score }) => [words.join(' '), words.length, count, score.toFixed(2)]),
  );
  process.stdout.write(
    `${entries.length} collocations of ${minimum} or more occurrences in ${totals[0]} words, p(g)${numeratorPower === 2 ? '²' : ''} in the numerator\n${table}\n`,
  );
}

/** Declares `cloze pmi build` and `cloze pmi show`. */
export function addPmi(program: Command): void {
  const pmi = program.command('pmi').description('collocations of a corpus, for PMI masking');
  pmi
    .command('build')
    .description('rank word n-grams of a corpus by PMI and save them')
    .argument('<corpus...>', 'text files, .gz or not, a document a line; patterns in quotes; of tables --column')
    .requiredOption('--out <file>', 'where the list goes')
    .option('--column <name>', 'of tables, default text')
    .option('--minimum <number>', 'least count of an n-gram', whole(1), 11)
    .option(
      '--size <number>',
      'entries at most: half of 2 words, a quarter of 3, an eighth of 4 and of 5',
      whole(1),
      800_000,
    )
    .addOption(new Option('--power <number>', 'of p(n-gram) in the score').choices(['1', '2']).default('1'))
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze pmi build poems.txt.gz --minimum 11 --out poems.pmi.txt')
    .action(pmiBuildCommand);
  pmi
    .command('show')
    .description('the best collocations of a list')
    .argument('<file>', 'a list that pmi build wrote')
    .option('--top <number>', 'of each length', whole(1), 10)
    .option('--find <text>', 'only those that hold it')
    .option('--json', 'one JSON object a collocation on stdout', false)
    .addHelpText('after', '\nExample: cloze pmi show poems.pmi.txt --find 明月')
    .action(pmiShowCommand);
}
