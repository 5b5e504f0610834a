import { checkOptions, oneOf } from '@cloze/checks';
import type { Entity } from './cluener.ts';
import { codePointPlaces } from './code-point-places.ts';

/** Entities of a text as a tag a character (code point): `B-`, `I-` and `O`, or with `E-` for last and `S-` for only characters. */
export interface TaggedText {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  /** Entities that overlap one that begins before them, or as early and is longer: one row of tags cannot hold them. */
  readonly leftOut: readonly Entity[];
}

/**
 * Writes entities as tags of characters.
 *
 * @param entities UTF-16 indices, end exclusive, as `cluener` reads them @param options.scheme `BIO`, the default, or `BIOES`
 * @throws {RangeError} for another scheme, and for an entity that is not at its place, naming all of them
 */
export function entityTags(
  text: string,
  entities: readonly Entity[],
  options: { readonly scheme?: 'BIO' | 'BIOES' } = {},
): TaggedText {
  checkOptions('entityTags', options, { scheme: oneOf(['BIO', 'BIOES']) });
  const { scheme = 'BIO' } = options;
  const at = new Map([...codePointPlaces(text).entries()].map(([character, place]) => [place, character]));
  const wrong = entities.filter(
    ({ text: own, start, end }) => end <= start || !at.has(start) || !at.has(end) || text.slice(start, end) !== own,
  );
  if (wrong.length > 0)
    throw new RangeError(
      `entityTags: ${wrong.map(({ type, text: own, start, end }) => `${type} ${JSON.stringify(own)} is not at ${start} to ${end}`).join('; ')}.`,
    );
  const words = [...text];
  const tags = words.map(() => 'O');
  const leftOut: Entity[] = [];
  let taken = 0;
  for (const entity of [...entities].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const [first, end] = [at.get(entity.start) as number, at.get(entity.end) as number];
    if (first < taken) {
      leftOut.push(entity);
      continue;
    }
    taken = end;
    for (let i = first; i < end; i++) tags[i] = `${i === first ? 'B' : 'I'}-${entity.type}`;
    if (scheme === 'BIOES') tags[end - 1] = `${end - first === 1 ? 'S' : 'E'}-${entity.type}`;
  }
  return { words, tags, leftOut };
}

/**
 * Spans of characters, as `entitySpans` of @cloze/eval gives them, as CLUENER's files and submissions write entities: `{ type: { text: [[first, last]] } }`, both
 * inclusive.
 */
export function cluenerLabel(
  words: readonly string[],
  spans: readonly { readonly type: string; readonly start: number; readonly end: number }[],
): Readonly<Record<string, Readonly<Record<string, readonly (readonly [first: number, last: number])[]>>>> {
  const label: Record<string, Record<string, [number, number][]>> = {};
  for (const { type, start, end } of spans) {
    const names = (label[type] ??= {});
    const places = (names[words.slice(start, end).join('')] ??= []);
    places.push([start, end - 1]);
  }
  return label;
}
