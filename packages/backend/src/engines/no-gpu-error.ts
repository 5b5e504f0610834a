/** The library loads and sees no GPU. @internal */
export class NoGpuError extends Error {
  readonly directory: string;
  constructor(message: string, directory: string) {
    super(message);
    this.directory = directory;
  }
}
