/** A text that was made of another, and where each of its UTF-16 units stands there. */
export interface AlignedText {
  readonly text: string;
  /** Of each unit, where the character begins that it came of. */
  readonly from: readonly number[];
  /** Where that character ends. */
  readonly to: readonly number[];
}

/** A stretch of a text and what becomes of it. */
export interface Change {
  /** UTF-16 units of the stretch. */
  readonly size: number;
  readonly form: string;
  /** Which characters of the stretch the new ones came of: the first of the first and so on, all of the last, or by their numbers; default `each`. */
  readonly of?: 'each' | 'last' | readonly number[];
}

/** A text as it is. @param start where it begins in the whole @param end where it ends, default its own */
export function aligned(whole: string, start = 0, end = whole.length): AlignedText {
  const [from, to]: [number[], number[]] = [[], []];
  let at = start;
  for (const character of whole.slice(start, end)) {
    for (let unit = 0; unit < character.length; unit++) {
      from.push(at);
      to.push(at + character.length);
    }
    at += character.length;
  }
  return { text: whole.slice(start, end), from, to };
}

/** The units `start` to `end`. */
export const sliced = ({ text, from, to }: AlignedText, start: number, end: number): AlignedText => ({
  ...{ text: text.slice(start, end), from: from.slice(start, end), to: to.slice(start, end) },
});

/**
 * A text after changes, as the native code aligns it: of a stretch's new characters the first came of its first, the second of its second, and those
 * that are more of its last.
 *
 * @param changes stretches one after another; what is behind the last stays
 */
export function changed(source: AlignedText, changes: Iterable<Change>): AlignedText {
  let text = '';
  const [from, to]: [number[], number[]] = [[], []];
  const copy = (start: number, end: number) => {
    text += source.text.slice(start, end);
    for (let unit = start; unit < end; unit++) {
      from.push(source.from[unit] as number);
      to.push(source.to[unit] as number);
    }
  };
  let at = 0;
  for (const { size, form, of = 'each' } of changes) {
    const old = source.text.slice(at, at + size);
    if (old === form) copy(at, at + size);
    else {
      text += form;
      const starts: number[] = [];
      let unit = at;
      for (const character of old) {
        starts.push(unit);
        unit += character.length;
      }
      const last = starts.length - 1;
      let nth = 0;
      for (const character of form) {
        const number = of === 'last' ? last : of === 'each' ? nth : (of[nth] ?? last);
        nth++;
        const place = starts[Math.min(number, last)] as number;
        for (let i = 0; i < character.length; i++) {
          from.push(source.from[place] as number);
          to.push(source.to[place] as number);
        }
      }
    }
    at += size;
  }
  copy(at, source.text.length);
  return { text, from, to };
}

/** A text whose characters each become what `form` says. */
export const eachCharacter = (source: AlignedText, form: (character: string) => string): AlignedText =>
  changed(
    source,
    Array.from(source.text, (character) => ({ size: character.length, form: form(character) })),
  );

/** A text with what a pattern finds replaced. @param content what takes its place */
export function replaced(source: AlignedText, pattern: RegExp, content: string): AlignedText {
  const changes: Change[] = [];
  let at = 0;
  for (const { 0: match, index } of source.text.matchAll(pattern)) {
    if (match === '') continue;
    const before = source.text.slice(at, index);
    changes.push({ size: before.length, form: before }, { size: match.length, form: content, of: 'last' });
    at = index + match.length;
  }
  return changes.length === 0 ? source : changed(source, changes);
}

/** A text with another before it, which stands where its first character does. */
export function prefixed(source: AlignedText, prefix: string): AlignedText {
  if (source.text === '') return source;
  const units = Array.from({ length: prefix.length }, () => 0);
  return {
    text: prefix + source.text,
    from: [...units.map(() => source.from[0] as number), ...source.from],
    to: [...units.map(() => source.to[0] as number), ...source.to],
  };
}
