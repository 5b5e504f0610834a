import { CheckpointError } from '../checkpoint-error.ts';
import { isGlobal, type StorageReference } from './references.ts';

const known = /^torch (Float|Half|BFloat16|Double|Int|Long|Bool|Byte|Char|Short)Storage$/;

/** The storage that a persistent id `('storage', type, key, device, elements)` names. @throws {CheckpointError} for any other id */
export function storageOf(id: unknown): StorageReference {
  const [tag, type, key, , elements] = Array.isArray(id) ? (id as unknown[]) : [];
  const found = isGlobal(type) && known.exec(type.name);
  if (tag === 'storage' && found && typeof key === 'string' && /^\d+$/.test(key) && Number.isSafeInteger(elements))
    return { kind: 'storage', type: `${found[1]}Storage`, key, elements: elements as number };
  throw new CheckpointError(
    `The pickle refers to something that is no known storage: ${isGlobal(type) ? type.name : typeof tag === 'string' ? tag : `a ${typeof tag}`}.`,
  );
}
