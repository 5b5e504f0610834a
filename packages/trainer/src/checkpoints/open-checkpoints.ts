import { anything, callable, checkOptions, flag, needed, real, text } from '@cloze/checks';
import { CheckpointError } from './checkpoint-error.ts';
import { checkpointName, isLeftover, parseCheckpointName } from './checkpoint-names.ts';
import type { Files, TensorCodec } from './files.ts';
import { manifestName, readManifest } from './manifest.ts';
import { type Checkpoint, readCheckpoint } from './read-checkpoint.ts';
import { bestOf, type Kept, newestFirst, type Retention, retained } from './retained.ts';
import { type CheckpointContent, checkpointParts, writeCheckpoint } from './write-checkpoint.ts';

/** Where and how checkpoints are kept. */
export interface CheckpointOptions extends Retention {
  /** The run's folder; one run at a time. */
  readonly folder: string;
  readonly files: Files;
  readonly codec: TensorCodec;
  /** Told in one sentence about damaged checkpoints and removals that failed. */
  readonly warn: (message: string) => void;
}

/** The checkpoints of one run. */
export interface Checkpoints {
  /** Complete checkpoints, newest first. */
  list(): Promise<readonly Kept[]>;
  /** The newest that agrees with its checksums; damaged ones are set aside with a warning. */
  latest(): Promise<Checkpoint | undefined>;
  /** The best by metric that agrees with its checksums. */
  best(): Promise<Checkpoint | undefined>;
  /** Writes one; resolves with its name once it is safe on the disk. @throws {CheckpointError} leaving all earlier ones as they were */
  save(content: CheckpointContent): Promise<string>;
  /** Gives the folder back. */
  close(): Promise<void>;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Opens a run's folder of checkpoints and takes its lock.
 *
 * A checkpoint is a folder `checkpoint-<step>` that appears whole or not at all; older ones are removed only after a newer
 * one is on the disk. The caller closes it.
 *
 * @throws {CheckpointError} when another living run has the folder
 * @throws {RangeError} when `saveTotalLimit` is no positive whole number, or the metric's name does not tell which value is better
 */
export async function openCheckpoints(options: CheckpointOptions): Promise<Checkpoints> {
  checkOptions('openCheckpoints', options, {
    folder: needed(text),
    files: needed(anything),
    codec: needed(anything),
    warn: needed(callable),
    saveTotalLimit: real(),
    metricForBestModel: text,
    greaterIsBetter: flag,
  });
  const { folder, files, codec, warn, ...retention } = options;

  const { saveTotalLimit = 3 } = retention;
  if (!Number.isInteger(saveTotalLimit) || saveTotalLimit < 1)
    throw new RangeError(
      `openCheckpoints: saveTotalLimit must be a whole number of at least 1, got ${saveTotalLimit}.`,
    );
  // Said before anything is trained, not at the first save.
  bestOf([], retention);
  await files.makeFolder(folder);
  const unlock = await files.lock(folder);
  const pathOf = (name: string) => `${folder}/${name}`;

  async function discard(name: string) {
    try {
      // Renamed first: a removal that stops halfway must not look like a damaged checkpoint.
      await files.rename(pathOf(name), pathOf(`${name}.removed`));
      await files.remove(pathOf(`${name}.removed`));
    } catch (error) {
      warn(`${pathOf(name)} is no longer needed but could not be removed: ${reasonOf(error)}.`);
    }
  }

  async function setAside(name: string, word: 'damaged' | 'abandoned', why: string) {
    const taken = new Set(await files.list(folder));
    let target = `${word}-${name}`;
    for (let n = 1; taken.has(target); n++) target = `${word}-${name}.${n}`;
    await files.rename(pathOf(name), pathOf(target));
    warn(`${pathOf(name)} ${why}; it was set aside as ${target}, remove it when you no longer need it.`);
  }

  async function list(): Promise<Kept[]> {
    const found: Kept[] = [];
    for (const name of await files.list(folder)) {
      const parsed = parseCheckpointName(name);
      if (!parsed) continue;
      try {
        const { step, metrics } = readManifest(await files.read(pathOf(`${name}/${manifestName}`)), files.sha256);
        found.push({ name, copy: parsed.copy, step, metrics });
      } catch {
        // Not complete, so not in the list; latest() says why.
      }
    }
    return found.sort(newestFirst);
  }

  async function firstSound(names: readonly string[]): Promise<Checkpoint | undefined> {
    for (const name of names) {
      try {
        return await readCheckpoint(files, codec, pathOf(name));
      } catch (error) {
        if (!(error instanceof CheckpointError)) {
          warn(`${pathOf(name)} could not be read: ${reasonOf(error)}; the one before is used.`);
          continue;
        }
        await setAside(name, 'damaged', `is damaged (${error.message}), the one before is used`).catch((problem) =>
          warn(`${pathOf(name)} is damaged (${error.message}) and could not be set aside: ${reasonOf(problem)}.`),
        );
      }
    }
    return undefined;
  }

  try {
    for (const name of (await files.list(folder)).filter(isLeftover)) await files.remove(pathOf(name));
  } catch (error) {
    await unlock();
    throw error;
  }

  return {
    list,
    latest: async () => {
      const names = (await files.list(folder)).flatMap((name) => {
        const parsed = parseCheckpointName(name);
        return parsed ? [{ name, ...parsed, metrics: {} }] : [];
      });
      return firstSound(names.sort(newestFirst).map(({ name }) => name));
    },
    best: async () => {
      for (let left = await list(); ; ) {
        const best = bestOf(left, retention);
        if (!best) return undefined;
        const read = await firstSound([best.name]);
        if (read) return read;
        left = left.filter(({ name }) => name !== best.name);
      }
    },
    save: async (content) => {
      const parts = checkpointParts(content);
      const needed = parts.bytes;
      const free = await files.free(folder);
      if (free < needed)
        throw new CheckpointError(
          `save: a checkpoint takes ${needed} bytes, ${folder} has ${free} free. Earlier checkpoints are untouched; make room, then resume.`,
        );
      const earlier = await list();
      // Said while there is time to act: the newest, the best and the one being written lie side by side.
      const most = saveTotalLimit + 1 + (retention.metricForBestModel === undefined ? 0 : 1);
      if (earlier.length === 0 && free < most * needed)
        warn(
          `${folder} has ${free} bytes free; ${most} checkpoints of ${needed} will not fit. Make room or lower saveTotalLimit.`,
        );
      for (const { name, step } of earlier)
        if (step > content.step)
          await setAside(name, 'abandoned', `is of step ${step}, but the run went on from before step ${content.step}`);
      // Above the copies that are there, not the first free: the higher copy is the newer one.
      const copies = (await files.list(folder)).flatMap((other) => {
        const parsed = parseCheckpointName(other);
        return parsed?.step === content.step ? [parsed.copy] : [];
      });
      const name = checkpointName(content.step, copies.reduce((most, copy) => Math.max(most, copy), -1) + 1);
      await writeCheckpoint(files, folder, name, { ...content, ...parts }, codec);
      const complete = await list();
      const keep = retained(complete, retention);
      for (const old of complete) if (!keep.has(old.name) && old.name !== name) await discard(old.name);
      return name;
    },
    close: unlock,
  };
}
