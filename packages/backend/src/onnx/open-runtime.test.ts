import { describe, expect, it } from 'vitest';
import { installedRuntime, whyNoRuntime } from './open-runtime.ts';

const missing = (message: string) => Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });

describe('onnxruntime-node', () => {
  it('opens', () => {
    expect(installedRuntime().env.versions.node).toMatch(/^1\./);
  });

  it.each([
    [
      'left out, or dropped with its install script',
      missing("Cannot find module 'onnxruntime-node'\nRequire stack:\n- /somewhere/index.js"),
      /^onnxruntime-node is not installed \(it is optional: --omit=optional leaves it out.*\); ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node brings it\.$/,
    ],
    [
      'a machine without a library',
      missing("Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'\nRequire stack:"),
      /^onnxruntime-node has no library for darwin-x64: it has them for Linux and Windows/,
    ],
    [
      'too old a C library',
      new Error("/lib/libc.so.6: version `GLIBC_2.28' not found (required by /x/libonnxruntime.so.1)"),
      /^onnxruntime-node needs GLIBC_2\.28 or later, and the C library here is older: a newer Linux runs it\.$/,
    ],
    [
      'something else',
      new Error('libonnxruntime.so.1: file too short\nmore'),
      /^onnxruntime-node does not load: libonnxruntime\.so\.1: file too short\.$/,
    ],
  ])('says in one sentence what is wrong: %s', (_what, error, words) => {
    expect(whyNoRuntime(error, { platform: 'darwin', arch: 'x64' })).toMatch(words);
    expect(() =>
      installedRuntime(() => {
        throw error;
      }),
    ).toThrow(/^onnxruntime-node /);
  });
});
