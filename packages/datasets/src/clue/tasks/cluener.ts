import type { ClueProblem, ClueRow, ClueTask } from '../clue-task.ts';
import { isObject, readJsonLines } from '../rows/read-json-lines.ts';
import { codePointPlaces } from './code-point-places.ts';
import { clueFiles } from './official-files.ts';

/** A name in a text, UTF-16 indices, end exclusive. */
export interface Entity {
  readonly type: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A text and the entities in it, by where they begin. */
export interface EntityRow extends ClueRow {
  readonly text: string;
  readonly entities?: readonly Entity[];
}

const types = 'address book company game government movie name organization position scene'.split(' ');

/** Entities of `{ type: { text: [[first, last], …] } }`, indices of code points, the last one inclusive. */
function entitiesOf(label: unknown, text: string, problem: (reason: string) => void): Entity[] {
  if (!isObject(label)) {
    problem(`label is ${JSON.stringify(label) ?? 'nothing'}, expected an object`);
    return [];
  }
  const places = codePointPlaces(text);
  const found: Entity[] = [];
  for (const [type, names] of Object.entries(label)) {
    if (!types.includes(type)) problem(`label has the type ${JSON.stringify(type)}, expected ${types.join(', ')}`);
    if (!isObject(names)) problem(`${type} is ${JSON.stringify(names)}, expected an object`);
    for (const [name, spans] of Object.entries(isObject(names) ? names : {})) {
      if (!Array.isArray(spans) || spans.length === 0)
        problem(`${type} ${JSON.stringify(name)} is at ${JSON.stringify(spans)}, expected [[first, last], …]`);
      for (const span of Array.isArray(spans) ? spans : []) {
        const [first, last] = Array.isArray(span) ? span : [];
        const [start, end] = [places[first], places[last + 1]];
        const there = start !== undefined && end !== undefined ? text.slice(start, end) : undefined;
        if (there === name && start !== undefined && end !== undefined) found.push({ type, text: name, start, end });
        else
          problem(
            `${type} ${JSON.stringify(name)} is not at ${first} to ${last}, where ${there === undefined ? 'the text does not reach' : `${JSON.stringify(there)} stands`}`,
          );
      }
    }
  }
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** CLUENER2020: names of ten types (Xu et al. 2020). */
export const cluener: ClueTask<EntityRow> = {
  name: 'cluener',
  title: 'names in texts, ten types',
  kind: 'tokens',
  folder: 'clue/cluener',
  files: clueFiles,
  labels: types,
  metrics: ['entityF1'],
  submissions: [{ file: 'cluener_predict.json', test: 'test.json', answers: 'entities' }],
  read: (text, file, { labelled = true } = {}) => {
    const read = readJsonLines(
      text,
      file,
      { labels: [], labelled: false },
      (fields): Omit<EntityRow, keyof ClueRow> => {
        const own = fields.text('text');
        const label = fields.raw('label');
        if (label === undefined && !labelled) return { text: own };
        return { text: own, entities: entitiesOf(label, own, fields.problem) };
      },
    );
    const flaws = read.rows.flatMap(({ line, entities = [] }): ClueProblem[] =>
      entities.flatMap((entity, i) => {
        const before = entities[i - 1];
        return before && before.end > entity.start
          ? [
              {
                file,
                line,
                reason: `${before.type} ${JSON.stringify(before.text)} and ${entity.type} ${JSON.stringify(entity.text)} overlap`,
              },
            ]
          : [];
      }),
    );
    return { ...read, flaws };
  },
  texts: ({ text }) => [text],
  target: ({ entities }) => entities && JSON.stringify(entities.map(({ type, start, end }) => [type, start, end])),
};
