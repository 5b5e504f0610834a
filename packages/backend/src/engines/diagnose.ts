import { nodeVersion } from '#machine';
import { type SelectOptions, selectEngine } from './select-engine.ts';

/** What `doctor` says, as data. */
export interface Diagnosis {
  /** Version of Node, `none` in a browser. */
  readonly node: string;
  /** `process.platform-process.arch`. */
  readonly platform: string;
  readonly engine: {
    readonly name: string;
    readonly version: string;
    readonly origin: string;
    readonly devices: readonly string[];
  };
  /** Better engines and why they are not used. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Selects an engine, asks it for its devices and closes it.
 *
 * @throws {BackendError} when the engine named does not work, with its reason
 */
export async function diagnose(options: SelectOptions): Promise<Diagnosis> {
  const { engine, refused } = await selectEngine(options);
  const { name, version, origin, devices } = engine;
  engine.dispose();
  const { platform, arch } = options.surroundings;
  return {
    node: nodeVersion,
    platform: `${platform}-${arch}`,
    engine: { name, version, origin, devices },
    refused,
  };
}
