import { createRequire } from 'node:module';
import type { OnnxRuntime } from './runtime.ts';

/** Why the package does not load, and what to do about it, in one sentence. */
export function whyNoRuntime(
  error: unknown,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): string {
  const { code, message } = error as { code?: string; message: string };
  const [first] = message.split('\n') as [string];
  if (code === 'MODULE_NOT_FOUND' && first.includes("'onnxruntime-node'"))
    return (
      'onnxruntime-node is not installed (it is optional: --omit=optional leaves it out, and npm drops it without a word where its install script ' +
      'finds no network); ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node brings it.'
    );
  if (code === 'MODULE_NOT_FOUND' && first.includes('onnxruntime_binding'))
    return `onnxruntime-node has no library for ${platform}-${arch}: it has them for Linux and Windows (x64, arm64) and macOS (arm64).`;
  const [, symbols] = /version [`'](GLIBC(?:XX)?_[\d.]+)' not found/.exec(message) ?? [];
  if (symbols !== undefined)
    return `onnxruntime-node needs ${symbols} or later, and the C library here is older: a newer Linux runs it.`;
  return `onnxruntime-node does not load: ${first.replace(/\.$/, '')}.`;
}

/** Opens `onnxruntime-node`. @throws saying how it is had where it is missing or does not load */
export function installedRuntime(load: (name: string) => unknown = createRequire(import.meta.url)): OnnxRuntime {
  try {
    return load('onnxruntime-node') as OnnxRuntime;
  } catch (error) {
    throw new Error(whyNoRuntime(error));
  }
}
