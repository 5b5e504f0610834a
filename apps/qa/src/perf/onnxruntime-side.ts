import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportOnnx, openModel } from '@cloze/models/node';
import { peerScript, pythonOf } from './peer-script.ts';
import { processSide } from './process-side.ts';
import { saveRandomCheckpoint } from './random-checkpoint.ts';
import type { PerfContext, Side } from './row.ts';
import type { Work } from './work.ts';

/** An ONNX file that is written once, and run by Node in a process of its own. @param write gives the file its bytes; it may use the folder */
async function sideOfFile(
  { batch, length }: Pick<Work, 'batch' | 'length'>,
  write: (file: string, folder: string) => void | Promise<void>,
): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-onnx-'));
  const file = join(folder, 'encoder.onnx');
  try {
    await write(file, folder);
    // Sources run as they are, or built.
    const kind = extname(fileURLToPath(import.meta.url));
    const server = fileURLToPath(new URL(`./onnxruntime-server${kind}`, import.meta.url));
    return await processSide(process.execPath, [...process.execArgv, server, file, String(batch), String(length)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same encoder in ONNX Runtime, as PyTorch exports it. */
export const onnxruntimeSide = (context: PerfContext, work: Work): Promise<Side> =>
  sideOfFile(work, (file) => {
    const sizes = [work.layers, work.width, work.batch, work.length].map(String);
    execFileSync(pythonOf(context), [peerScript('export_onnx.py'), ...sizes, file], { stdio: 'pipe' });
  });

/** The same encoder in ONNX Runtime, as `exportOnnx` writes it. */
export const exportedSide = (work: Work): Promise<Side> =>
  sideOfFile(work, async (file, folder) => {
    const checkpoint = join(folder, 'checkpoint');
    await saveRandomCheckpoint(checkpoint, work);
    const model = await openModel(checkpoint, { engine: 'reference' });
    writeFileSync(file, exportOnnx(model, 'feature-extraction').bytes('float32'));
    model.dispose();
  });
