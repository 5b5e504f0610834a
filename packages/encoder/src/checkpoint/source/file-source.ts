/** Where a model's files lie: a folder, a server, a zip, memory. `openModel` and `loadPretrained` ask nothing else of a platform. */
export interface FileSource {
  /** What messages call it: a folder's path, an address. */
  readonly name: string;
  /** Names of the files, those in folders as `folder/name`; empty where they cannot be listed, as of most servers. */
  list(): Promise<readonly string[]>;
  /** The bytes of a file by its name; undefined where there is none. @throws for a file that is there and cannot be read */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Whether a file really lies there and is no link that leads elsewhere, asked of shards that an index names; default true. */
  isWithin?(name: string): Promise<boolean>;
}
