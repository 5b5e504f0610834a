/** A wheel that carries libtensorflow, pinned by hash. */
export interface Wheel {
  readonly package: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** pip's tags, so that any Python (or none of that version) can fetch it. */
  readonly pythonVersion: string;
  readonly platformTag: string;
  readonly sha256: string;
  /** Size of the wheel in bytes, for the progress line. */
  readonly bytes?: number;
}

/** Wheels whose hash was checked, by `process.platform-process.arch`. */
export const wheels: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    version: '2.21.0',
    pythonVersion: '3.11',
    platformTag: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
  },
};
