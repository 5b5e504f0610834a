/** The items of a list; of one that is empty, or is none, a single undefined, so that a reader of items names what is missing. */
export const listedOrMissing = (value: unknown): readonly unknown[] =>
  Array.isArray(value) && value.length > 0 ? value : [undefined];
