import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noteEngine, openEngineOfRun } from './engines-of-run.ts';

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), 'cloze-engines-'));
});
afterEach(() => rmSync(output, { recursive: true }));

it('a run goes on on the engine it was begun on, and says where it does not', async () => {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const reference = referenceEngine();
  expect(noteEngine(output, reference, say)).toEqual([]);
  expect(noteEngine(output, reference, say)).toEqual([]);
  expect((await openEngineOfRun(output, undefined)).name).toBe('reference');
  expect(said).toEqual([]);
  // Another one where it is asked for by name.
  const onnx = await openEngineOfRun(output, 'onnx');
  expect(noteEngine(output, onnx, say)).toEqual([`reference ${reference.version}`]);
  expect(said).toEqual([
    `${output} was begun on reference ${reference.version} and goes on on onnx ${onnx.version}: the record says so.`,
  ]);
  expect(JSON.parse(readFileSync(join(output, 'engines.json'), 'utf8'))).toEqual([
    `reference ${reference.version}`,
    `onnx ${onnx.version}`,
  ]);
  // Back again: what came between is part of the run.
  expect(noteEngine(output, reference, say)).toEqual([`onnx ${onnx.version}`]);
});

it('takes no other engine in silence where that one does not open', async () => {
  writeFileSync(join(output, 'engines.json'), '["tensorflow 2.21.0"]');
  const before = process.env.CLOZE_LIBTENSORFLOW;
  process.env.CLOZE_LIBTENSORFLOW = join(output, 'nowhere');
  try {
    await expect(openEngineOfRun(output, undefined)).rejects.toThrow(
      /was begun on tensorflow 2.21.0, which does not open now: .*CLOZE_LIBTENSORFLOW is .*nowhere.* Mend that, or name another engine\.$/,
    );
    expect((await openEngineOfRun(output, 'reference')).name).toBe('reference');
  } finally {
    if (before === undefined) delete process.env.CLOZE_LIBTENSORFLOW;
    else process.env.CLOZE_LIBTENSORFLOW = before;
  }
  writeFileSync(join(output, 'engines.json'), '["wasm 4.22.0"]');
  await expect(openEngineOfRun(output, undefined)).rejects.toThrow(
    `${output} was begun on wasm 4.22.0, which is no engine of this version: name another, and it goes on.`,
  );
  expect((await openEngineOfRun(output, 'reference')).name).toBe('reference');
  for (const torn of ['{', '[1]', 'null']) {
    writeFileSync(join(output, 'engines.json'), torn);
    await expect(openEngineOfRun(output, undefined)).rejects.toThrow('engines.json is torn');
  }
});
