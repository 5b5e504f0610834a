import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FamilyName } from '@cloze/encoder';
import { openModel } from '@cloze/models/node';
import { integerBelow, streamFrom } from '@cloze/random';
import { ownSide } from '../own-side.ts';
import { pythonSide } from '../python-side.ts';
import { ideograph, ideographs, saveRandomCheckpoint } from '../random-checkpoint.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';
import { vocabularySize } from '../work.ts';

const [layers, width, sentences, tokens, rows] = [3, 512, 1000, 20, 64];

/** A model of random weights as a folder, opened as a user opens one. */
async function openRandom({ engine }: PerfContext, family: FamilyName) {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-scoring-'));
  try {
    await saveRandomCheckpoint(folder, { layers, width, family });
    return await openModel(folder, { engine });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scoring(context: PerfContext, family: FamilyName) {
  const model = await openRandom(context, family);
  const random = streamFrom(2);
  const texts = Array.from({ length: sentences }, () =>
    Array.from({ length: tokens }, () => ideograph(integerBelow(random, ideographs))).join(''),
  );
  const options = { batchTokens: rows * (tokens + 2) };
  // Tracing is not part of the work: a model is opened once.
  await model.score(texts.slice(0, rows), options);
  const side = family === 't-ta' ? 'T-TA, one pass' : `BERT, ${tokens} masked copies a sentence, ${rows} rows a batch`;
  return ownSide(`${side}, compiled`, () => timed(() => model.score(texts, options)), model.dispose);
}

/** Pseudo-log-likelihood of every sentence; the sizes are those of T-TA's article. */
export const scoringRows: readonly Comparison[] = [
  {
    row: `pseudo-log-likelihood of ${sentences} sentences of ${tokens} tokens, (${layers},${width}), vocabulary ${vocabularySize}`,
    // A peer's unit is 20,000 rows, about a minute.
    steps: 1,
    warmup: 0,
    ours: (context) => scoring(context, 't-ta'),
    peers: [
      { kind: 'ours', reach: 10, prepare: (context) => scoring(context, 'bert') },
      {
        kind: 'torch',
        reach: 12,
        prepare: (context) => pythonSide(context, 'torch_score.py', layers, width, sentences, tokens, rows),
      },
    ],
  },
];
