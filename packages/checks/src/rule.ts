/** What a value must be. */
export interface Rule {
  /** What is expected, as it follows "must be": `a whole number from 1`. */
  readonly expected: string;
  /** What is wrong with a value, each in half a sentence that begins with its name; nothing if it fits. */
  readonly problems: (name: string, value: unknown) => readonly string[];
  /** Options: whether it must be given, default false. */
  readonly needed?: boolean;
}

/** A rule for every option of a type: one that nobody decided about does not compile. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule };
