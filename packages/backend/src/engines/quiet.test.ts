import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findLibtensorflow } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import type { EngineName } from './engine.ts';

const program = fileURLToPath(new URL('../../test/engine-process.ts', import.meta.url));
/** TensorFlow's own wish to be heard is overruled too. */
const run = (name: EngineName, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), '--conditions=@cloze/source', program, name], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });

describe('a process that opens an engine, runs it and closes it', () => {
  const here = 'directory' in findLibtensorflow(thisMachine());
  const node: EngineName[] = process.env.CLOZE_TFJS_NODE ? [] : ['onnx', 'reference'];
  for (const name of [...(here ? (['tensorflow'] as const) : []), ...node])
    it(`writes nothing and ends with 0: ${name}`, () => {
      const { status, signal, stdout, stderr } = run(name, { TF_CPP_MIN_LOG_LEVEL: '0' });
      expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
    });

  it.runIf(here)('says in its one error that there is no GPU, and ends with 1', () => {
    const { status, stderr } = run('tensorflow-gpu');
    expect(stderr.match(/BackendError: .*/g)).toEqual([
      expect.stringMatching(/selectEngine: tensorflow-gpu: .*(lists no GPU|GPU build .* is not in)/),
    ]);
    expect(stderr).not.toMatch(/^\d{4}-\d\d-\d\d .*[IWEF] /m);
    expect(status).toBe(1);
  });
});
