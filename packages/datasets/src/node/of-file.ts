/** What is read of a file, errors with its name before them. @throws {RangeError} as `read`, naming the file */
export function ofFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${file}: ${error.message}`);
    throw error;
  }
}
