import { type MaskOutcome, mask, maskOutcomes } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type EncodedLines, type OwnTokenizer, occurringIds } from '../text/encode-lines.ts';
import { type PolicySettings, policyOf } from './policies.ts';

/** A token as it is shown. */
export interface ShownToken {
  readonly became: MaskOutcome['became'];
  readonly isTarget: boolean;
  /** What stands in the text. */
  readonly original: string;
  /** What the model reads there. */
  readonly input: string;
  /** What stands between the token before and this one. */
  readonly gap: string;
}

/** A row of a masked text; a policy that makes copies gives several for a line. */
export interface ShownRow {
  readonly line: number;
  readonly copy: number;
  readonly tokens: readonly ShownToken[];
}

/** What a policy does to lines. */
export interface MaskView {
  readonly about: string;
  readonly rows: readonly ShownRow[];
  readonly counts: Readonly<Record<MaskOutcome['became'] | 'targets' | 'tokens', number>>;
}

/** Draws a mask of lines and tells what it did. @param seed the same seed, the same mask @throws {RangeError} for settings that do not fit */
export function maskView(
  lines: EncodedLines,
  { vocabulary, tokenizer }: OwnTokenizer,
  settings: PolicySettings,
  seed: number,
): MaskView {
  const policy = policyOf(settings, lines, vocabulary);
  const { pad: padId, mask: maskId } = vocabulary.special;
  const stream = streamFrom(seed).fork('masking');
  const after = mask(lines.batch, policy, {
    ...{ maskId, padId, candidates: occurringIds(lines.batch) },
    randomOf: (row) => stream.fork(row),
  });
  const outcomes = maskOutcomes(lines.batch, after, policy, { maskId, padId });
  const copies = outcomes.length / lines.lines.length;
  const counts = { masked: 0, replaced: 0, removed: 0, kept: 0, plain: 0, targets: 0, tokens: 0 };
  const rows = outcomes.map((row, i): ShownRow => {
    const line = Math.floor(i / copies);
    const text = lines.lines[line] as string;
    const offsets = lines.encodings[line]?.offsets ?? [];
    let end = 0;
    const tokens = row.map(({ column, became, isTarget, input }): ShownToken => {
      counts[became]++;
      counts.tokens++;
      if (isTarget) counts.targets++;
      const [from, to] = offsets[column] ?? [end, end];
      const gap = text.slice(end, from);
      end = Math.max(end, to);
      return { became, isTarget, original: text.slice(from, to), input: tokenizer.tokenOf(input) ?? '', gap };
    });
    return { line, copy: i % copies, tokens };
  });
  return { about: policy.about ?? '', rows, counts };
}
