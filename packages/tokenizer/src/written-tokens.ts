import { quoted } from './quoted.ts';

/** What is asked of an encoding to find the special tokens that its texts spell. */
interface Spelt {
  readonly ids: ArrayLike<number>;
  /** 1 for the tokens that were put around the texts. */
  readonly special: ArrayLike<number>;
  /** What stands in the text at a place. */
  readonly textAt: (place: number) => string;
}

/** Special tokens that a text may spell, `[MASK]` say. */
export interface WrittenTokens {
  readonly ids: ReadonlySet<number>;
  /** False for a text that spells none: most do, and need no further look. */
  mayStandIn(text: string): boolean;
  /** 1 for each that an encoding's texts spell; undefined for none. */
  marksOf(encoding: Spelt): Uint8Array | undefined;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly normalized?: boolean;
}

interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[] | null;
  readonly model?: { readonly unk_token?: string | null; readonly unk_id?: number | null } | null;
}

/** The special tokens of a `tokenizer.json`, which the binding does not tell. */
export function writtenTokens(json: string): WrittenTokens {
  const { added_tokens: added, model }: TokenizerFile = JSON.parse(json);
  const special = (added ?? []).filter((token) => token.special);
  const contentOf = new Map(special.map(({ id, content }) => [id, content]));
  // The unknown token's id is every unknown word's too: only its spelling tells.
  const unknown = model?.unk_id ?? special.find(({ content }) => content === model?.unk_token)?.id;
  const spellings = special.map(({ content }) => quoted(content));
  const anywhere = special.some(({ normalized }) => normalized);
  const pattern = new RegExp(spellings.join('|'));
  return {
    ids: new Set([...contentOf.keys()].filter((id) => id !== unknown)),
    mayStandIn: (text) => special.length > 0 && (anywhere || pattern.test(text)),
    marksOf: ({ ids, special: around, textAt }) => {
      let marks: Uint8Array | undefined;
      for (let place = 0; place < ids.length; place++) {
        const id = ids[place] as number;
        const content = around[place] ? undefined : contentOf.get(id);
        if (content === undefined || (id === unknown && textAt(place).trim() !== content)) continue;
        marks ??= new Uint8Array(ids.length);
        marks[place] = 1;
      }
      return marks;
    },
  };
}
