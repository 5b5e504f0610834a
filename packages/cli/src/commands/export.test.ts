import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { smallModel } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

it('writes the files that are asked for, says what it did, and refuses in one sentence what it cannot', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-export-command-'));
  try {
    const [model, out] = [await smallModel('t-ta'), join(folder, 'onnx-model')];
    const made = await cloze('export', model, '--to', 'onnx', '--out', out, '--dtype', 'float32,int8', '--json');
    expect(made.code).toBe(0);
    expect(made.err.split('\n')[0]).toMatch(/^transformers.js has no class for fill-mask of model_type 't-ta'/);
    expect(JSON.parse(made.out)).toMatchObject({ folder: out, task: 'fill-mask', opset: 18, outputs: ['logits'] });
    expect(readdirSync(join(out, 'onnx')).sort()).toEqual(['model.onnx', 'model_quantized.onnx']);
    const plain = await cloze(
      'export',
      model,
      '--to',
      'onnx',
      '--out',
      join(folder, 'plain'),
      '--task',
      'feature-extraction',
    );
    expect(plain.out).toMatch(/^feature-extraction, opset 18: onnx\/model.onnx \d+\.\d MB {3}→ /);
    const other = join(folder, 'other');
    const refused = [
      [['--out', out], 2, /exists; name a folder that does not/],
      [['--out', other, '--task', 'summarization'], 2, /summarization.*fill-mask, text-classification/],
      [['--out', other, '--task', 'token-classification'], 1, /has no fine-tuned head, and none that labels tokens/],
      [['--out', other, '--dtype', 'int4'], 2, /'int4' is none of float32, float16, int8/],
      [['--out', other, '--to', 'gguf'], 2, /gguf/],
    ] as const;
    for (const [words, code, message] of refused) {
      const found = await cloze(
        'export',
        model,
        ...(words.includes('--to' as never) ? [] : ['--to', 'onnx']),
        ...words,
      );
      expect([found.code, found.out]).toEqual([code, '']);
      expect(found.err).toMatch(message);
    }
    expect(existsSync(other)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
