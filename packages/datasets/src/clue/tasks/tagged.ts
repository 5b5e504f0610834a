import type { ClueFile, ClueRow, ClueTask, ReadRows } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { readTaggedLines } from '../rows/read-tagged-lines.ts';
import { clueFiles } from './official-files.ts';
import { tagFlaws } from './tag-flaws.ts';

/** Words, here characters, and their tags: `O`, or a place (B, I, E, S, M) and a type. */
export interface TaggedRow extends ClueRow {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** How a set is laid out beside JSON lines. */
interface TaggedLayout {
  readonly types: readonly string[];
  /** Names of its files in CoNLL's layout. */
  readonly files: readonly ClueFile[];
  /** Other names of its types. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** A set of tagged characters: JSON lines `text`, `label`, or CoNLL's layout as its authors publish it. */
function taggedTask(name: string, title: string, { types, files, aliases = {} }: TaggedLayout): ClueTask<TaggedRow> {
  const known = new Set(types);
  const wrongTags = (tags: readonly string[]): string[] => {
    const wrong = [
      ...new Set(tags.filter((tag) => tag !== 'O' && !(/^[BIEMS]-/.test(tag) && known.has(tag.slice(2))))),
    ];
    return wrong.length > 0
      ? [`tags ${wrong.join(', ')} are none of O and B-, I-, E-, M-, S- with ${types.join(', ')}`]
      : [];
  };
  const typed = (tag: string) => {
    const type = aliases[tag.slice(2)];
    return type === undefined ? tag : `${tag.slice(0, 2)}${type}`;
  };
  const fromLines = (text: string, file: string): ReadRows<TaggedRow> => {
    const read = readTaggedLines(text, file);
    const rows = read.rows.map((row) => ({ ...row, tags: row.tags.map(typed) }));
    const wrong = rows.flatMap(({ line, tags }) => wrongTags(tags).map((reason) => ({ file, line, reason })));
    const bad = new Set(wrong.map(({ line }) => line));
    return { ...read, rows: rows.filter(({ line }) => !bad.has(line)), problems: [...read.problems, ...wrong] };
  };
  const fromJson = (text: string, file: string): ReadRows<TaggedRow> =>
    readJsonLines(text, file, { labels: [], labelled: false }, (fields) => {
      const [words, tags] = [fields.strings('text'), fields.texts('label')];
      if (words.length !== tags.length && tags.length > 0)
        fields.problem(`${tags.length} tags for ${words.length} characters`);
      for (const reason of wrongTags(tags)) fields.problem(reason);
      return { words, tags };
    });
  return {
    name,
    title,
    kind: 'tokens',
    folder: `ner/${name}`,
    files: [...clueFiles.map((file) => ({ ...file, labelled: true })), ...files],
    labels: types,
    metrics: ['entityF1'],
    submissions: [],
    read: (text, file) => {
      const read = text.trimStart().startsWith('{') ? fromJson(text, file) : fromLines(text, file);
      const flaws = read.rows.flatMap(({ line, tags }) => tagFlaws(tags).map((reason) => ({ file, line, reason })));
      return flaws.length > 0 ? { ...read, flaws } : read;
    },
    texts: ({ words }) => [words.join('')],
    target: ({ tags }) => tags.join(' '),
  };
}

/** Files of train, dev and test, all labelled. */
const labelledFiles = (train: string, dev: string | undefined, test: string): readonly ClueFile[] => [
  { name: train, split: 'train', labelled: true },
  ...(dev === undefined ? [] : [{ name: dev, split: 'dev', labelled: true } as const]),
  { name: test, split: 'test', labelled: true },
];

/** Weibo NER (Peng and Dredze 2015): names and nominal mentions in posts. */
export const weibo: ClueTask<TaggedRow> = taggedTask('weibo', 'names and mentions in posts', {
  types: ['PER', 'GPE', 'ORG', 'LOC'].flatMap((type) => [`${type}.NAM`, `${type}.NOM`]),
  files: labelledFiles('weiboNER_2nd_conll.train', 'weiboNER_2nd_conll.dev', 'weiboNER_2nd_conll.test'),
});
/** Resume NER (Zhang and Yang 2018), in BMES. */
export const resume: ClueTask<TaggedRow> = taggedTask('resume', 'names in résumés, eight types', {
  types: ['NAME', 'CONT', 'EDU', 'TITLE', 'ORG', 'RACE', 'PRO', 'LOC'],
  files: labelledFiles('train.char.bmes', 'dev.char.bmes', 'test.char.bmes'),
});
/** MSRA NER (Levow 2006): persons (NR), places (NS), organisations (NT), which the BIO files call PER, LOC and ORG. */
export const msra: ClueTask<TaggedRow> = taggedTask('msra', 'names in news, three types', {
  types: ['NR', 'NS', 'NT'],
  files: labelledFiles('msra_train_bio.txt', undefined, 'msra_test_bio.txt'),
  aliases: { PER: 'NR', LOC: 'NS', ORG: 'NT' },
});
