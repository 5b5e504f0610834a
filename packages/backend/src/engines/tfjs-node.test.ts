import { describe, expect, it } from 'vitest';
import { engineContract } from '../../test/engine-contract.ts';
import { tfjsEngine } from './tfjs-engine.ts';

/** A folder with a working `@tensorflow/tfjs-node`: tooling/tfjs-node.ts makes one and runs this file. */
const from = process.env.CLOZE_TFJS_NODE;

if (from) {
  engineContract('tfjs-node', () => tfjsEngine('tfjs-node', { from }));
  it('tells what it computes on; tfjs-node-gpu is refused where there is no GPU', async () => {
    expect((await tfjsEngine('tfjs-node', { from })).devices).toEqual(['CPU:0']);
    await expect(tfjsEngine('tfjs-node-gpu', { from })).rejects.toThrow('tfjs-node-gpu loads but found no GPU.');
  });
} else {
  describe('engine tfjs-node', () => {
    it('is refused with a reason where its package is not installed', async () => {
      for (const name of ['tfjs-node', 'tfjs-node-gpu'] as const)
        await expect(tfjsEngine(name)).rejects.toThrow(`@tensorflow/${name} is not installed (it is optional).`);
    });
  });
}
