import {
  candidatesByFrequency,
  isTargetPolicy,
  type MaskPolicy,
  ngrams,
  type Policy,
  type PresetGiven,
  pmiOfPairs,
  presetNamed,
  presets,
  spans,
  tokens,
  words,
} from '@cloze/masking';
import type { Vocabulary } from '@cloze/tokenizer';
import { type EncodedLines, occurringIds } from '../text/encode-lines.ts';

/** What is chosen as a whole, by name. */
export const unitNames = ['tokens', 'words', 'ngrams', 'spans'] as const;

/** A preset by its name, and what takes the place of its own settings. */
export interface PolicySettings {
  readonly preset: string;
  /** Share of tokens, 0 to 1. */
  readonly rate?: number | undefined;
  readonly units?: (typeof unitNames)[number] | undefined;
  /** Shares of chosen tokens that become [MASK] and another token; the rest is kept. */
  readonly masked?: number | undefined;
  readonly random?: number | undefined;
}

/** A preset that can be chosen, or why not. */
export interface Choice {
  readonly name: string;
  readonly about: string;
  /** What the page cannot give it. */
  readonly lacks?: string;
  /** Whether rate, units and replacement are settings of it. */
  readonly hides: boolean;
}

const unknowable: Readonly<Partial<Record<keyof PresetGiven, string>>> = {
  ngrams: 'a list of collocations (cloze pmi build)',
  similar: 'word vectors',
};

const nothing: PresetGiven = {
  counts: [1],
  frequencies: { draw: () => 0 },
  pairs: () => 0,
};

/** Every preset of `@cloze/masking`. */
export const choices: readonly Choice[] = presets.map(({ name, about, needs, policyFrom }) => {
  const lacks = needs.flatMap((need) => unknowable[need] ?? []).join(' and ');
  return { name, about, hides: lacks !== '' || !isTargetPolicy(policyFrom(nothing)), ...(lacks !== '' && { lacks }) };
});

/** What a text tells a preset. */
function givenBy(needs: readonly (keyof PresetGiven)[], { batch }: EncodedLines, vocabulary: Vocabulary): PresetGiven {
  const [rows, length] = batch.shape;
  const counts = new Float64Array(vocabulary.tokens.length);
  for (const [place, id] of batch.ids.entries()) if (batch.maskable[place]) counts[id] = (counts[id] as number) + 1;
  const texts = () =>
    Array.from({ length: rows }, (_, row) => {
      const from = row * length;
      return batch.ids.slice(from, from + length).filter((_id, column) => batch.maskable[from + column]);
    });
  return {
    ...(needs.includes('counts') && { counts }),
    ...(needs.includes('frequencies') && {
      frequencies: candidatesByFrequency({ counts, ids: occurringIds(batch) }),
    }),
    ...(needs.includes('pairs') && { pairs: pmiOfPairs(texts()) }),
  };
}

const unitsOf = { tokens: () => tokens, words: () => words, ngrams: () => ngrams(), spans: () => spans() };

/** A preset with settings in place of its own. */
function changed(policy: MaskPolicy, { rate, units, masked, random }: PolicySettings): MaskPolicy {
  const own = policy.replacement ?? { mask: 0.8, random: 0.1, keep: 0.1 };
  const [mask, other] = [masked ?? own.mask, random ?? own.random];
  if (mask + other > 1 + 1e-9)
    throw new RangeError(
      `[MASK] for ${Math.round(100 * mask)} % and another token for ${Math.round(100 * other)} % are more than all; lower one.`,
    );
  return {
    ...policy,
    ...(rate !== undefined && { rate }),
    ...(units !== undefined && { units: unitsOf[units]() }),
    ...((masked !== undefined || random !== undefined) && {
      replacement: { mask, random: other, keep: Math.max(0, 1 - mask - other) },
    }),
  };
}

/**
 * The policy that is asked for, made of what the text says.
 *
 * @throws {RangeError} for a preset that there is not, one that needs more than a text, and shares above 1
 */
export function policyOf(settings: PolicySettings, lines: EncodedLines, vocabulary: Vocabulary): Policy {
  const choice = choices.find(({ name }) => name === settings.preset);
  if (choice?.lacks !== undefined)
    throw new RangeError(`'${choice.name}' needs ${choice.lacks}, which this page has not; choose another policy.`);
  const needs = presets.find(({ name }) => name === settings.preset)?.needs ?? [];
  const policy = presetNamed(settings.preset, givenBy(needs, lines, vocabulary));
  return isTargetPolicy(policy) ? policy : changed(policy, settings);
}
