/** What a persistent id of PyTorch names: the bytes of one storage. */
export interface StorageReference {
  readonly kind: 'storage';
  /** Such as `FloatStorage`. */
  readonly type: string;
  /** The entry under `data/`. */
  readonly key: string;
  readonly elements: number;
}

/** A tensor as `_rebuild_tensor_v2` describes it. */
export interface TensorReference {
  readonly kind: 'tensor';
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A Python name, `module name`: never looked up. */
export interface GlobalReference {
  readonly kind: 'global';
  readonly name: string;
}

export const isGlobal = (value: unknown): value is GlobalReference =>
  (value as GlobalReference | null)?.kind === 'global';
export const isStorage = (value: unknown): value is StorageReference =>
  (value as StorageReference | null)?.kind === 'storage';
