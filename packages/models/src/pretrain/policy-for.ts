import type { Visibility } from '@cloze/encoder';
import { bert, everyToken, isTargetPolicy, nextToken, type Policy, shifted, tokens } from '@cloze/masking';
import { hashOf } from '../hash-of.ts';

const sees = { all: 'every token', others: 'all tokens but their own', before: 'what comes before' } as const;

/**
 * The policy of a model, by what its outputs see: BERT's own where none is asked for, every token for a T-TA, the next one from the left.
 *
 * @param predictsNext whether outputs name the next token already, as a checkpoint's config says: it is asked so again
 * @throws {RangeError} where tokens are to be hidden from a model that has no use for it, or a question is asked that answers itself
 */
export function policyFor(visibility: Visibility, asked: Policy | undefined, predictsNext = false): Policy {
  if (asked !== undefined && isTargetPolicy(asked) && asked.visibility !== visibility)
    throw new RangeError(
      `pretrain: '${asked.name}' (${asked.about}) ${
        asked.visibility === undefined
          ? 'asks a question that a language-model head does not answer'
          : `is for an encoder whose outputs see ${sees[asked.visibility]}; this one's see ${sees[visibility]}`
      }; leave 'mask' out, or take another.`,
    );
  if (visibility === 'all') {
    if (!predictsNext) return asked ?? bert;
    if (asked !== undefined && !asksEarlier(asked))
      throw new RangeError(
        `pretrain: outputs of this checkpoint name the next token (it learnt by mntp, gpt-bert or their like), '${asked.name ?? 'mask'}' asks for the token itself; take 'mntp' or 'gpt-bert', or shifted(policy) of @cloze/masking.`,
      );
    return asked ?? shifted(bert);
  }
  if (asked !== undefined && !isTargetPolicy(asked))
    throw new RangeError(
      `pretrain: ${visibility === 'others' ? 'a T-TA asks every token' : 'a left-to-right model asks every next token'} and hides none; leave 'mask' out.`,
    );
  return asked ?? (visibility === 'others' ? everyToken : nextToken);
}

/** Whether a policy asks hidden tokens one place earlier (masked next-token prediction). */
export const asksEarlier = (policy: Policy): boolean =>
  isTargetPolicy(policy) && policy.kind === 'next' && policy.visibility === 'all';

/** Whether a policy's units are words or made of them, so that a corpus must know where words begin. */
export function needsWords(policy: Policy): boolean {
  const hiding = isTargetPolicy(policy) ? policy.of : policy;
  return hiding?.units !== undefined && hiding.units !== tokens;
}

/** A policy as data that tells it from others: functions by the hash of what they say. */
export async function policyAsData(policy: Policy): Promise<Readonly<Record<string, unknown>>> {
  const entries = Object.entries(policy).map(async ([name, value]) => [
    name,
    typeof value === 'function' || typeof value === 'object' ? await hashOf(sourceOf(value)) : value,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** Functions as their text, in whatever nesting. */
function sourceOf(value: unknown): unknown {
  if (typeof value === 'function') return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value)) return value.map(sourceOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, sourceOf(item)]));
  return value;
}
