/** How a number that JSON cannot hold stands in its place. */
interface Written {
  readonly '\u0000number': string;
}

const mark = '\u0000number';

const isWritten = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && mark in value && Object.keys(value).length === 1;

/** JSON that gives back every number: NaN, infinities and -0, of which JSON makes null and 0, are written as what they are. */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value, (_key, held: unknown) =>
    typeof held === 'number' && (!Number.isFinite(held) || Object.is(held, -0))
      ? { [mark]: Object.is(held, -0) ? '-0' : String(held) }
      : held,
  );

/** What `exactJson` wrote. */
export const parseExactJson = (text: string): unknown =>
  JSON.parse(text, (_key, held: unknown) => (isWritten(held) ? Number(held[mark]) : held));
