import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles } from './official-files.ts';

/** Words, here characters, and their tags: `O`, or a place (B, I, E, S, M) and a type. */
export interface TaggedRow extends ClueRow {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** A set of tagged characters, JSON lines `text`, `label`. */
function taggedTask(name: string, title: string, types: readonly string[]): ClueTask<TaggedRow> {
  const known = new Set(types);
  return {
    name,
    title,
    kind: 'tokens',
    folder: `ner/${name}`,
    files: clueFiles.map((file) => ({ ...file, labelled: true })),
    labels: types,
    metrics: ['entityF1'],
    submissions: [],
    read: (text, file) =>
      readJsonLines(text, file, { labels: [], labelled: false }, (fields) => {
        const [words, tags] = [fields.strings('text'), fields.texts('label')];
        if (words.length !== tags.length && tags.length > 0)
          fields.problem(`${tags.length} tags for ${words.length} characters`);
        const wrong = [
          ...new Set(tags.filter((tag) => tag !== 'O' && !(/^[BIEMS]-/.test(tag) && known.has(tag.slice(2))))),
        ];
        if (wrong.length > 0)
          fields.problem(`tags ${wrong.join(', ')} are none of O and B-, I-, E-, M-, S- with ${types.join(', ')}`);
        return { words, tags };
      }),
    texts: ({ words }) => [words.join('')],
    target: ({ tags }) => tags.join(' '),
  };
}

/** Weibo NER (Peng and Dredze 2015): names and nominal mentions in posts. */
export const weibo: ClueTask<TaggedRow> = taggedTask(
  'weibo',
  'names and mentions in posts',
  ['PER', 'GPE', 'ORG', 'LOC'].flatMap((type) => [`${type}.NAM`, `${type}.NOM`]),
);
/** Resume NER (Zhang and Yang 2018). */
export const resume: ClueTask<TaggedRow> = taggedTask('resume', 'names in résumés, eight types', [
  ...['NAME', 'CONT', 'EDU', 'TITLE', 'ORG', 'RACE', 'PRO', 'LOC'],
]);
/** MSRA NER (Levow 2006): persons (NR), places (NS), organisations (NT). */
export const msra: ClueTask<TaggedRow> = taggedTask('msra', 'names in news, three types', ['NR', 'NS', 'NT']);
