import { BackendError } from '../errors.ts';
import type { ProviderName } from './providers.ts';
import type { OnnxRuntime, OnnxSession } from './runtime.ts';

/** How a session computes. */
export interface SessionSettings {
  readonly provider: ProviderName;
  /** Threads inside one operation, default all cores. */
  readonly intraOpThreads?: number | undefined;
  /** Operations side by side, default 1. */
  readonly interOpThreads?: number | undefined;
  /** Where the profiler writes; default it does not. */
  readonly profile?: string | undefined;
}

/** What ONNX Runtime says, in one line. */
const inOneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replace(/\s+/g, ' ').replace(/\.$/, '');

/**
 * Prepares a model.
 *
 * @param bytes of a `.onnx` file
 * @throws {BackendError} with what ONNX Runtime says where it cannot, or where a run fails
 */
export async function openSession(
  { InferenceSession }: OnnxRuntime,
  bytes: Uint8Array,
  { provider, intraOpThreads, interOpThreads = 1, profile }: SessionSettings,
): Promise<OnnxSession> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: interOpThreads > 1 ? 'parallel' : 'sequential',
    interOpNumThreads: interOpThreads,
    logSeverityLevel: 3,
    // One block for all that a run holds makes (12,768) a fifth larger, its second step twice as slow, and none of them faster.
    enableMemPattern: false,
    ...(intraOpThreads !== undefined && { intraOpNumThreads: intraOpThreads }),
    // Between two runs its threads leave the processors to what is done here.
    extra: { session: { force_spinning_stop: '1' } },
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
  }).catch((error) => {
    throw new BackendError(`ONNX Runtime (${provider}) cannot prepare this function: ${inOneLine(error)}.`);
  });
  return {
    run: (feeds, fetches) =>
      session.run(feeds, fetches).catch((error) => {
        throw new BackendError(
          `ONNX Runtime (${provider}) stopped in the middle, and no variable was written: ${inOneLine(error)}.`,
        );
      }),
    release: () => session.release(),
    endProfiling: () => session.endProfiling(),
  };
}
