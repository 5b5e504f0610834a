import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '@cloze/models/node';
import { integerBelow, streamFrom } from '@cloze/random';
import { ownSide } from '../own-side.ts';
import { pythonSide } from '../python-side.ts';
import { ideograph, ideographs, saveRandomCheckpoint } from '../random-checkpoint.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';

const [layers, width, count, rows] = [12, 768, 1000, 32];

/** The checkpoint and the texts that both sides open; removed when the process ends. */
const work = (() => {
  let folder: string | undefined;
  return async () => {
    if (folder !== undefined) return folder;
    folder = mkdtempSync(join(tmpdir(), 'cloze-embed-'));
    process.once('exit', () => rmSync(folder as string, { recursive: true, force: true }));
    await saveRandomCheckpoint(folder, { layers, width });
    const random = streamFrom(2);
    const texts = Array.from({ length: count }, () =>
      Array.from({ length: 10 + integerBelow(random, 50) }, () => ideograph(integerBelow(random, ideographs))).join(''),
    );
    writeFileSync(join(folder, 'texts.txt'), texts.join('\n'));
    return folder;
  };
})();

async function ours({ engine }: PerfContext) {
  const folder = await work();
  const texts = readFileSync(join(folder, 'texts.txt'), 'utf8').split('\n');
  const model = await openModel(folder, { engine });
  return ownSide(`model.embed, ${rows} texts a batch`, () => timed(() => model.embed(texts, { rows })), model.dispose);
}

/** Sentence vectors of many texts by a model that is open, its shapes traced. */
export const embedRows: readonly Comparison[] = [
  {
    row: `vectors of ${count} texts of 10 to 59 characters, mean pooling, (${layers},${width})`,
    steps: 3,
    warmup: 1,
    ours,
    peers: [
      {
        kind: 'torch',
        reach: 1,
        prepare: async (context) => {
          const folder = await work();
          return pythonSide(context, 'transformers_run.py', 'embed', folder, join(folder, 'texts.txt'), rows);
        },
      },
    ],
  },
];
