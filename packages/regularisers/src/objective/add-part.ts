import type { Tensor } from '@cloze/backend';

/** Parts with one more. @throws {RangeError} when the name is taken: the same regulariser twice would hide one of them @internal */
export function addPart(
  parts: Readonly<Record<string, Tensor>>,
  name: string,
  value: Tensor,
): Readonly<Record<string, Tensor>> {
  if (name in parts)
    throw new RangeError(
      `There is already a part '${name}' (of ${Object.keys(parts).join(', ')}); name this one otherwise.`,
    );
  return { ...parts, [name]: value };
}
