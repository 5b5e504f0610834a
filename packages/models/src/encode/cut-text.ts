import type { Encoding } from '@cloze/tokenizer';

/** A text that is longer than the model reads: only a part of it counts. */
export interface CutText {
  /** Its place among the texts, from 0. */
  readonly index: number;
  /** Tokens that are left out. */
  readonly tokens: number;
}

/** Is told every text that is cut. */
export type TellCut = (cut: CutText) => void;

/** Tokens cut off the texts of encodings. */
export const cutTokens = (encodings: readonly Pick<Encoding, 'cut'>[]): number =>
  encodings.reduce((sum, { cut = [] }) => sum + cut.reduce((own, tokens) => own + tokens, 0), 0);

/** Tells every text of which tokens are cut off, in their order; one may have several encodings. */
export function tellCuts(texts: readonly (readonly Pick<Encoding, 'cut'>[])[], onCut: TellCut | undefined): void {
  if (!onCut) return;
  for (const [index, encodings] of texts.entries()) {
    const tokens = cutTokens(encodings);
    if (tokens > 0) onCut({ index, tokens });
  }
}
