import { flattenTree, type HostTensor, hostArrays, isHostTensor } from '@cloze/backend';
import { exactJson, parseExactJson } from '../checkpoints/exact-json.ts';
import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import type { Checkpoint } from '../checkpoints/read-checkpoint.ts';
import type { CheckpointContent } from '../checkpoints/write-checkpoint.ts';
import { crc32c } from '../watching/crc32c.ts';
import { tellAll } from './exchange.ts';
import { ReplicaError, type Replicas } from './replicas.ts';

type Listed = readonly (readonly [string, readonly (readonly [string, Omit<HostTensor, 'values'>])[]])[];

const encode = (value: unknown) => new TextEncoder().encode(exactJson(value));
const bytesOf = ({ values }: HostTensor) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/**
 * Compares what is saved with what rank 0 saves: processors of different kinds round an update differently in its last bits, and replicas that no
 * longer hold the same parameters train nothing that has a name.
 *
 * @throws {ReplicaError} in each replica that differs
 */
async function checkSame(replicas: Replicas, { step, tensors }: CheckpointContent): Promise<void> {
  const sums = Object.values(tensors).flatMap((tree) =>
    flattenTree(tree, isHostTensor).map(([, leaf]) => crc32c(bytesOf(leaf))),
  );
  const own = encode(sums);
  const first = await tellAll(replicas, 0, own);
  if (own.length !== first.length || own.some((byte, i) => byte !== first[i]))
    throw new ReplicaError(
      `after step ${step} ${replicas.place ?? 'this replica'} (rank ${replicas.rank()}) holds other parameters than rank 0: start replicas on processors of one kind.`,
    );
}

/** A checkpoint that rank 0 has, in every replica. */
async function share(replicas: Replicas, found: Checkpoint | undefined): Promise<Checkpoint | undefined> {
  const listed: Listed = Object.entries(found?.tensors ?? {}).map(([name, tensors]) => [
    name,
    [...tensors].map(([path, { shape, dtype }]) => [path, { shape, dtype }]),
  ]);
  const { step, metrics, state } = found ?? {};
  const told = parseExactJson(
    new TextDecoder().decode(await tellAll(replicas, 0, encode(found ? { step, metrics, state, listed } : null))),
  ) as (Omit<Checkpoint, 'tensors'> & { readonly listed: Listed }) | null;
  if (!told) return undefined;
  const tensors: Record<string, Map<string, HostTensor>> = {};
  for (const [name, leaves] of told.listed) {
    const held = new Map<string, HostTensor>();
    for (const [path, about] of leaves) {
      const own = found?.tensors[name]?.get(path);
      const { buffer } = await tellAll(replicas, 0, own ? bytesOf(own) : new Uint8Array());
      held.set(path, { ...about, values: new hostArrays[about.dtype](buffer) });
    }
    tensors[name] = held;
  }
  return { step: told.step, metrics: told.metrics, state: told.state, tensors };
}

/**
 * Checkpoints of replicas: rank 0 writes and reads, the others are told what it read. Parameters are the same in all of them, so one copy is enough,
 * and a run goes on with fewer or more replicas than it was saved by.
 *
 * @param checkpoints of rank 0; the others have none
 */
export function replicatedCheckpoints(replicas: Replicas, checkpoints: Checkpoints | undefined): Checkpoints {
  return {
    list: async () => (await checkpoints?.list()) ?? [],
    latest: async () => share(replicas, await checkpoints?.latest()),
    best: async () => share(replicas, await checkpoints?.best()),
    save: async (content) => {
      await checkSame(replicas, content);
      return (await checkpoints?.save(content)) ?? `checkpoint-${content.step}`;
    },
    close: async () => checkpoints?.close(),
  };
}
