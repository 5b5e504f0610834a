import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peerScript, pythonOf } from './peer-script.ts';
import { processSide } from './process-side.ts';
import type { PerfContext, Side } from './row.ts';
import type { Work } from './work.ts';

/** The same encoder in ONNX Runtime; Python writes the ONNX file once, Node runs it. */
export async function onnxruntimeSide(context: PerfContext, { layers, width, batch, length }: Work): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-onnx-'));
  const file = join(folder, 'encoder.onnx');
  try {
    const sizes = [layers, width, batch, length].map(String);
    execFileSync(pythonOf(context), [peerScript('export_onnx.py'), ...sizes, file], { stdio: 'pipe' });
    // Sources run as they are, or built.
    const kind = extname(fileURLToPath(import.meta.url));
    const server = fileURLToPath(new URL(`./onnxruntime-server${kind}`, import.meta.url));
    return await processSide(process.execPath, [...process.execArgv, server, file, String(batch), String(length)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
