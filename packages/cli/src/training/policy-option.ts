import { isTargetPolicy, type Policy, policy, presetNamed } from '@cloze/masking';
import { UsageError } from '../terminal/usage-error.ts';
import type { NamedData } from './named-data.ts';

/**
 * A preset by its name, with other options in place of its own: `{ name: 'whole-word', rate: 0.3 }`.
 *
 * @throws {RangeError} for a name that is no preset, or options that policies do not have {UsageError} for a preset without any
 */
export function policyFrom({ name, ...given }: NamedData): Policy {
  const preset = presetNamed(name);
  if (Object.keys(given).length === 0) return preset;
  if (isTargetPolicy(preset)) throw new UsageError(`--mask ${name} hides no tokens and takes no options.`);
  return policy({ ...preset, ...given, name });
}
