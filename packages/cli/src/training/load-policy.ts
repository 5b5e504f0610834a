import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MaskPolicy, policy } from '@cloze/masking';
import { maskingContract } from '@cloze/masking/contract';
import { UsageError } from '../terminal/usage-error.ts';

type OwnPolicy = MaskPolicy & { readonly name: string };

const isPolicy = (value: unknown): value is OwnPolicy =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';

/**
 * The masking policy that a module exports, checked as ours are.
 *
 * @param path a module with one policy among its exports
 * @throws {UsageError} for a module that cannot be loaded, without a policy, with several, or with one that does not keep the contract
 */
export async function loadPolicy(path: string): Promise<OwnPolicy> {
  let module: object;
  try {
    module = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new UsageError(`${path} cannot be loaded: ${error instanceof Error ? error.message : error}.`);
  }
  const found = [...new Set(Object.values(module))].filter(isPolicy);
  const [own, ...more] = found;
  if (own === undefined)
    throw new UsageError(
      `${path} exports no masking policy: an object with a name, as policy() of @cloze/masking gives it.`,
    );
  if (more.length > 0)
    throw new UsageError(`${path} exports ${found.map(({ name }) => `'${name}'`).join(', ')}; leave one.`);
  const problems = maskingContract(policy(own));
  if (problems.length > 0) throw new UsageError(`${path}: policy '${own.name}': ${problems.join(' ')}`);
  return own;
}
