import { eachText } from '@cloze/checks';
import type { PmiEntry, PmiVocabulary } from './pmi-vocabulary.ts';

const header = '# cloze pmi 1';
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', ' ': '\\s', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const plain: Readonly<Record<string, string>> = { '\\': '\\', s: ' ', t: '\t', n: '\n', r: '\r' };

/** A PMI vocabulary as lines of text: a header, then `score TAB count TAB words` with words parted by spaces. */
export function* formatPmi({ entries, numeratorPower, minimum, totals }: PmiVocabulary): Generator<string> {
  yield `${header} power=${numeratorPower} minimum=${minimum} totals=${totals.join()}`;
  for (const { score, count, words } of entries)
    yield `${score}\t${count}\t${words.map((word) => word.replace(/[\\ \t\n\r]/g, (c) => escapes[c] as string)).join(' ')}`;
}

/** Reads what `formatPmi` wrote; a line may end with \\r. @throws {TypeError} for a string in place of lines @throws {RangeError} naming the line that is none of its lines */
export function parsePmi(lines: Iterable<string>): PmiVocabulary {
  let first: RegExpMatchArray | undefined;
  const entries: PmiEntry[] = [];
  let lineNumber = 0;
  for (const ended of eachText('parsePmi', lines)) {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    lineNumber++;
    if (lineNumber === 1) {
      first = line.match(/^# cloze pmi 1 power=([12]) minimum=(\d+) totals=([\d,]*)$/) ?? undefined;
      if (!first)
        throw new RangeError(
          `parsePmi: line 1 must begin with '${header}', got '${line.slice(0, 40)}'; build the list anew.`,
        );
      continue;
    }
    if (line === '') continue;
    const [score, count, words] = line.split('\t');
    const entry = {
      score: Number(score),
      count: Number(count),
      words: (words ?? '').split(' ').map((word) => word.replace(/\\(.)/g, (_, c: string) => plain[c] ?? c)),
    };
    if (!score || !Number.isFinite(entry.score) || !(entry.count > 0) || entry.words.length < 2)
      throw new RangeError(
        `parsePmi: line ${lineNumber} must be 'score TAB count TAB words', got '${line.slice(0, 40)}'.`,
      );
    entries.push(entry);
  }
  if (!first) throw new RangeError('parsePmi: the text is empty; build the list anew.');
  const [, power, minimum, totals] = first;
  return {
    entries,
    numeratorPower: power === '2' ? 2 : 1,
    minimum: Number(minimum),
    totals: (totals ?? '').split(',').filter(Boolean).map(Number),
  };
}
