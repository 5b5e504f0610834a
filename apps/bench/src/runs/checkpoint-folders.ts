import { readdirSync } from 'node:fs';

/** Folders of checkpoints inside a run's folder; of no use once it is finished. */
export const checkpointFolders = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('checkpoints-'));
