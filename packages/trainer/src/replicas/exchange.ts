import { ReplicaError, type Replicas } from './replicas.ts';

/** Words of 32 bits as numbers: every one of them, and the sum of one and zeros, is exact in a double. */
const chunk = 1 << 20;

/**
 * The bytes of one replica, in all of them: the others bring zeros, and sums of one number and zeros are exact.
 *
 * @param bytes of the replica that tells; the others' are not looked at
 */
export async function tellAll(replicas: Replicas, from: number, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const tells = replicas.rank() === from;
  const length = Float64Array.of(tells ? bytes.byteLength : 0);
  await replicas.sum(length);
  const told = new Uint8Array(length[0] as number);
  for (let start = 0; start < told.length; start += 4 * chunk) {
    const part = bytes.subarray(start, start + 4 * chunk);
    const words = new Float64Array(Math.ceil(Math.min(4 * chunk, told.length - start) / 4));
    if (tells)
      for (let i = 0; i < part.length; i++)
        words[i >> 2] = (words[i >> 2] as number) + (part[i] as number) * 2 ** (8 * (i & 3));
    await replicas.sum(words);
    for (let i = 0; i < 4 * words.length && start + i < told.length; i++)
      told[start + i] = Math.floor((words[i >> 2] as number) / 2 ** (8 * (i & 3))) % 256;
  }
  return told;
}

/** A text of each replica, by rank. */
export async function gatherTexts(replicas: Replicas, text: string): Promise<readonly string[]> {
  const bytes = new TextEncoder().encode(text);
  const texts: string[] = [];
  for (let rank = 0; rank < replicas.size(); rank++)
    texts.push(new TextDecoder().decode(await tellAll(replicas, rank, bytes)));
  return texts;
}

/**
 * Compares what all replicas must share, before the first step: settings, data, weights, engine.
 *
 * @param shared by name, plain JSON
 * @throws {ReplicaError} (in all replicas) naming each key that differs, with the places and values
 */
export async function checkReplicas(replicas: Replicas, shared: Readonly<Record<string, unknown>>): Promise<void> {
  const { place = 'this job' } = replicas;
  const all = (await gatherTexts(replicas, JSON.stringify({ place, shared }))).map(
    (text): { readonly place: string; readonly shared: Readonly<Record<string, unknown>> } => JSON.parse(text),
  );
  const keys = [...new Set(all.flatMap(({ shared: own }) => Object.keys(own)))];
  const problems = keys.flatMap((key) => {
    const values = all.map(({ shared: own }) => JSON.stringify(own[key]) ?? 'absent');
    if (values.every((value) => value === values[0])) return [];
    const said = values.map((value, rank) => `${value.slice(0, 80)} on ${all[rank]?.place} (rank ${rank})`);
    return [`${key} is ${said.join(', ')}`];
  });
  if (problems.length > 0)
    throw new ReplicaError(
      `replicas do not train the same: ${problems.join('; ')}. Give all of them the same, then start again.`,
    );
}
