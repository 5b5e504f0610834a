import { anything, checkOptions, needed, real } from '@cloze/checks';
import { drawerOf, drawShare } from '../replace/draw-share.ts';
import type { Units } from './units.ts';
import { words } from './words.ts';

/**
 * Probabilities of span lengths 1..max: `P(l) = p(1−p)^(l−1) / (1 − (1−p)^max)` (SpanBERT, Joshi et al. 2020).
 *
 * Lengths over `max` are renormalised away, not clipped: for p = 0.2 and max = 10 the mean is 3.797, clipped it would be 4.463.
 *
 * @throws {RangeError} for p outside (0, 1) or max no positive integer
 */
export function spanLengths(options: { readonly p: number; readonly max: number }): number[] {
  checkOptions('spanLengths', options, { p: needed(real()), max: needed(real()) });
  const { p, max } = options;

  const problems: string[] = [];
  if (!(p > 0 && p < 1)) problems.push(`p must be in (0, 1), got ${p}`);
  if (!(Number.isInteger(max) && max > 0 && max <= 10_000))
    problems.push(`max must be an integer in [1, 10000], got ${max}`);
  if (problems.length > 0) throw new RangeError(`spanLengths: ${problems.join('; ')}.`);
  const left = 1 - (1 - p) ** max;
  return Array.from({ length: max }, (_, i) => (p * (1 - p) ** i) / left);
}

/**
 * Spans of words or tokens with a geometric length (SpanBERT, Joshi et al. 2020).
 *
 * A span starts at the unit of a token drawn uniformly among those not yet chosen, and ends early at a token already chosen and at a
 * special token. With `selection: 'bernoulli'` the row is cut into spans from end to end instead and each is chosen on its own.
 *
 * @param options.p default 0.2 (the paper; its released code defaults to 0.3) @param options.max longest span, default 10
 * @param options.of what the length counts, default whole words
 * @throws {RangeError} for p outside (0, 1) or max no positive integer
 */
export function spans(options: { readonly p?: number; readonly max?: number; readonly of?: Units } = {}): Units {
  checkOptions('spans', options, { p: real(), max: real(), of: anything });
  const { p = 0.2, max = 10, of = words } = options;

  const shares = spanLengths({ p, max });
  const drawer = drawerOf('spans', shares);
  const mean = shares.reduce((sum, share, i) => sum + share * (i + 1), 0);
  const square = shares.reduce((sum, share, i) => sum + share * (i + 1) ** 2, 0);
  return {
    cut: of.cut,
    spanLength: (random) => drawShare(drawer, random) + 1,
    usualLength: ((of.usualLength ?? 1) * square) / mean,
  };
}
