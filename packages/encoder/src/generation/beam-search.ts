import { checkOptions, needed, type Rules, real, whole } from '@cloze/checks';
import type { Decoder, Hypothesis } from './decoder.ts';

/** How wide and how long to look. */
export interface BeamOptions {
  /** Rows of the decoder; all begin with the same source. */
  readonly beams: number;
  readonly endId: number;
  /** Most tokens, the end token included. */
  readonly maximumTokens: number;
  /** Fewest tokens before the end token may come; default 1. */
  readonly minimumTokens?: number;
  /** α of `score = Σ ln p / length^α`; default 1, the mean; 0 is the plain sum; below 0 short texts are preferred the more. Any finite number. */
  readonly lengthPenalty?: number;
}

const rules: Rules<BeamOptions> = {
  beams: needed(whole(1)),
  endId: needed(whole(0)),
  maximumTokens: needed(whole(1)),
  minimumTokens: whole(0),
  lengthPenalty: real(),
};

interface Beam {
  readonly tokens: readonly number[];
  readonly logProbability: number;
}

/**
 * Beam search over one source: keeps the `beams` likeliest unfinished texts, gathers finished ones, and stops when no unfinished text
 * can still beat the worst of the best finished, or at the limit.
 *
 * @returns up to `beams` hypotheses, best score first @throws {RangeError} naming every option that does not fit
 */
export async function beamSearch(
  decoder: Decoder,
  options: BeamOptions,
): Promise<(Hypothesis & { readonly score: number })[]> {
  checkOptions('beamSearch', options, rules);
  const { beams, endId, maximumTokens, minimumTokens = 1, lengthPenalty = 1 } = options;
  const scored = (beam: Beam, length: number, ended: boolean) => ({
    ...beam,
    ended,
    score: beam.logProbability / Math.max(1, length) ** lengthPenalty,
  });
  let live: Beam[] = [{ tokens: [], logProbability: 0 }];
  let finished: ReturnType<typeof scored>[] = [];
  for (let next = await decoder.start(), step = 1; ; step++) {
    const size = next.length / beams;
    const candidates: { parent: number; token: number; logProbability: number }[] = [];
    for (const [parent, { tokens, logProbability }] of live.entries())
      for (let token = 0; token < size; token++) {
        if (token === endId && tokens.length < minimumTokens) continue;
        candidates.push({ parent, token, logProbability: logProbability + (next[parent * size + token] as number) });
      }
    candidates.sort((a, b) => b.logProbability - a.logProbability || a.parent - b.parent || a.token - b.token);
    // Twice as many as beams: even if every parent ends, enough go on.
    const kept: typeof candidates = [];
    for (const candidate of candidates.slice(0, 2 * beams)) {
      const beam = live[candidate.parent] as Beam;
      if (candidate.token === endId)
        finished.push(scored({ tokens: beam.tokens, logProbability: candidate.logProbability }, step, true));
      else if (kept.length < beams) kept.push(candidate);
    }
    finished = finished.sort((a, b) => b.score - a.score).slice(0, beams);
    live = kept.map(({ parent, token, logProbability }) => ({
      tokens: [...(live[parent] as Beam).tokens, token],
      logProbability,
    }));
    // Log-probabilities only fall: their best possible score is that of the longest text, or, where length makes scores worse, of the shortest.
    const length = lengthPenalty < 0 ? Math.min(step + 1, maximumTokens) : maximumTokens;
    const reachable = live.reduce(
      (most, { logProbability }) => Math.max(most, logProbability / length ** lengthPenalty),
      Number.NEGATIVE_INFINITY,
    );
    const done = finished.length === beams && (finished.at(-1)?.score ?? 0) >= reachable;
    if (done || live.length === 0 || step >= maximumTokens) {
      const open = finished.length < beams ? live.map((beam) => scored(beam, beam.tokens.length, false)) : [];
      return [...finished, ...open].sort((a, b) => b.score - a.score).slice(0, beams);
    }
    const padded = Array.from({ length: beams }, (_, i) => kept[Math.min(i, kept.length - 1)] as (typeof kept)[number]);
    next = await decoder.advance(
      padded.map(({ parent }) => parent),
      padded.map(({ token }) => token),
    );
  }
}
