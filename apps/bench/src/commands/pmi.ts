import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buildPmiVocabulary } from '@cloze/masking';
import Table from 'cli-table3';
import { loadPmi, savePmi } from '../mask/pmi-file.ts';
import { readLines } from '../mask/read-lines.ts';
import { segmentCorpus } from '../mask/segment-corpus.ts';

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
export async function pmiShowCommand(
  file: string,
  { top, find, json }: { readonly top: number; readonly find?: string; readonly json: boolean },
): Promise<void> {
  const { entries, numeratorPower, minimum, totals } = await loadPmi(file);
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
