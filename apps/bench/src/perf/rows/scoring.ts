import { encoderConfig, initialParameters } from '@cloze/encoder';
import { integerBelow, streamFrom } from '@cloze/random';
import type { ModelName } from '../../quick-start/models.ts';
import { createScorer } from '../../quick-start/score.ts';
import { ownSide } from '../own-side.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';
import { vocabularySize } from '../work.ts';

const [layers, width, sentences, tokens] = [3, 512, 1000, 20];
const special = { pad: 0, mask: 103 };

async function scoring({ engine }: PerfContext, name: ModelName) {
  const random = streamFrom(1);
  const config = encoderConfig({ vocabularySize, width, layers });
  const parameters = initialParameters(config, random);
  const length = tokens + 2;
  const { score, dispose } = createScorer({ engine, name, config, parameters, special, length });
  const encodings = Array.from({ length: sentences }, () => ({
    ids: Int32Array.from({ length }, () => integerBelow(random, vocabularySize)),
    segments: new Int32Array(length),
    special: Uint8Array.from({ length }, (_, i) => (i === 0 || i === length - 1 ? 1 : 0)),
    wordNumbers: new Int32Array(length),
  }));
  // Tracing is not part of the work: a scorer is made once.
  await score(encodings.slice(0, 1));
  const side = name === 'T-TA' ? 'T-TA, one pass' : `BERT, ${tokens} masked copies a sentence, 64 rows a batch`;
  return ownSide(`${side}, compiled`, () => timed(() => score(encodings)), dispose);
}

/** Pseudo-log-likelihood of every sentence; the sizes are those of T-TA's article. */
export const scoringRows: readonly Comparison[] = [
  {
    row: `pseudo-log-likelihood of ${sentences} sentences of ${tokens} tokens, (${layers},${width}), vocabulary ${vocabularySize}`,
    // A peer's unit is 20,000 rows, about a minute.
    steps: 1,
    warmup: 0,
    ours: (context) => scoring(context, 'T-TA'),
    peers: [
      { kind: 'ours', reach: 10, prepare: (context) => scoring(context, 'BERT') },
      {
        kind: 'torch',
        reach: 12,
        prepare: (context) => pythonSide(context, 'torch_score.py', layers, width, sentences, tokens, 64),
      },
    ],
  },
];
