/** A wheel that carries libtensorflow, pinned by hash. */
export interface Wheel {
  readonly package: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** pip's tags, so that any Python (or none of that version) can fetch it. */
  readonly pythonVersion: string;
  readonly platformTag: string;
  readonly sha256: string;
  /** Size of the wheel in bytes, for the progress line and the question whether the disk has room. */
  readonly bytes?: number;
  /** The libraries inside and their sizes in bytes; checked where given. */
  readonly libraries?: Readonly<Record<string, number>>;
}

const pinned = { version: '2.21.0', pythonVersion: '3.11' } as const;

/** Wheels whose hash and contents were checked, by `process.platform-process.arch`. */
export const wheels: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    ...pinned,
    package: 'tensorflow-cpu',
    platformTag: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    libraries: { 'libtensorflow_cc.so.2': 788_086_608, 'libtensorflow_framework.so.2': 65_222_328 },
  },
  'linux-arm64': {
    ...pinned,
    package: 'tensorflow',
    platformTag: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
    libraries: { 'libtensorflow_cc.so.2': 814_885_544, 'libtensorflow_framework.so.2': 68_176_664 },
  },
  'darwin-arm64': {
    ...pinned,
    package: 'tensorflow',
    platformTag: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    bytes: 223_405_849,
    libraries: { 'libtensorflow_cc.2.dylib': 691_352_648, 'libtensorflow_framework.2.dylib': 49_452_976 },
  },
};

/** Builds with CUDA, likewise. */
export const gpuWheels: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    ...pinned,
    package: 'tensorflow',
    platformTag: 'manylinux_2_27_x86_64',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572_440_367,
    libraries: { 'libtensorflow_cc.so.2': 1_096_372_272, 'libtensorflow_framework.so.2': 162_648_808 },
  },
};
