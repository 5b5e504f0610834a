import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { segmentCorpus } from '@cloze/datasets';
import { buildPmiVocabulary } from '@cloze/masking';
import Table from 'cli-table3';
import { whole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { loadPmi } from '../mask/load-pmi.ts';
import { readLines } from '../mask/read-lines.ts';
import { savePmi } from '../mask/save-pmi.ts';

/** Options of `bench pmi build`. */
export interface PmiBuildOptions {
  readonly data?: string;
  readonly out: string;
  readonly minimum: number;
  readonly size: number;
  readonly power: '1' | '2';
  readonly limit?: number;
  readonly json: boolean;
}

const round = (value: number) => Number(value.toFixed(2));

/** Builds the collocations of the modern corpus of a data folder, or of all poems, and saves them. */
export async function pmiBuildCommand(options: PmiBuildOptions): Promise<void> {
  const { data, out, minimum, size, power, limit, json } = options;
  const started = performance.now();
  const texts = readLines(data, limit);
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
  await savePmi(out, vocabulary);
  const result = {
    corpus: data === undefined ? 'chinese-poetry' : 'zh-modern',
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
  const { entries, numeratorPower, minimum, totals } = loadPmi(file);
  const chosen = entries.filter(({ words }) => find === undefined || words.join('').includes(find));
  const shown = [2, 3, 4, 5, 6, 7, 8].flatMap((n) => chosen.filter(({ words }) => words.length === n).slice(0, top));
  if (json) {
    for (const entry of shown) process.stdout.write(`${JSON.stringify(entry)}\n`);
    return;
  }
  const table = new Table({ head: ['words', 'n', 'count', 'PMI (nats)'], style: { head: [], border: [] } });
  table.push(
    ...shown.map(({ words, count, score }) => [words.join(' '), `${words.length}`, `${count}`, score.toFixed(2)]),
  );
  process.stdout.write(
    `${entries.length} collocations of ${minimum} or more occurrences in ${totals[0]} words, p(g)${numeratorPower === 2 ? '²' : ''} in the numerator\n${table.toString()}\n`,
  );
}

/** Declares `bench pmi build` and `bench pmi show`. */
export function addPmi(program: Command): void {
  const pmi = program.command('pmi').description('collocations of a corpus, for PMI masking');
  pmi
    .command('build')
    .description('rank word n-grams by PMI and save them; without --data from all classical poems')
    .option('--data <folder>', 'a data folder with corpus/zh-modern.txt.gz')
    .option('--out <file>', 'where the list goes', 'runs/pmi.txt')
    .option('--minimum <number>', 'least count of an n-gram', whole(1), 11)
    .option(
      '--size <number>',
      'entries at most: half of 2 words, a quarter of 3, an eighth of 4 and of 5',
      whole(1),
      800_000,
    )
    .addOption(new Option('--power <number>', 'of p(n-gram) in the score').choices(['1', '2']).default('1'))
    .option('--limit <number>', 'texts at most, to try things out', whole(1))
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench pmi build --minimum 11 --out runs/poems.pmi.txt')
    .action(pmiBuildCommand);
  pmi
    .command('show')
    .description('the best collocations of a list')
    .argument('<file>', 'a list that pmi build wrote')
    .option('--top <number>', 'of each length', whole(1), 10)
    .option('--find <text>', 'only those that hold it')
    .option('--json', 'one JSON object a collocation on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench pmi show runs/poems.pmi.txt --find 明月')
    .action(pmiShowCommand);
}
