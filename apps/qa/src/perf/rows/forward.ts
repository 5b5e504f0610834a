import { compile, createVariables } from '@cloze/backend';
import { encodeBert, encoderConfig, initialParameters, type TokenInputs } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { encoderFlops } from '../encoder-flops.ts';
import { exportedSide, onnxruntimeSide } from '../onnxruntime-side.ts';
import { ownSide } from '../own-side.ts';
import { pythonSide } from '../python-side.ts';
import type { Comparison, PerfContext } from '../row.ts';
import { timed } from '../timed.ts';
import { randomRows, sizeName, vocabularySize } from '../work.ts';

const work = { layers: 6, width: 384, batch: 32, length: 64 };
const large = { layers: 12, width: 768, batch: 4, length: 128 };

async function ours({ engine }: PerfContext) {
  const random = streamFrom(1);
  const config = encoderConfig({ vocabularySize, width: work.width, layers: work.layers });
  const { embeddings, layers } = initialParameters(config, random);
  const variables = createVariables(engine, { embeddings, layers });
  const forward = compile(variables, (parameters, inputs: TokenInputs) => ({
    outputs: { hidden: encodeBert(parameters, inputs, config).hidden },
  }));
  return ownSide(
    'compiled, hidden states read into JavaScript',
    () => {
      const rows = randomRows(work, random);
      return timed(() => forward(rows));
    },
    () => variables.dispose(),
  );
}

/** Hidden states of an encoder, without gradients, against PyTorch and ONNX Runtime. */
export const forwardRows: readonly Comparison[] = [
  {
    row: `forward, hidden states ${sizeName(work)}`,
    flops: encoderFlops(work),
    engineReach: 0.95,
    ours,
    peers: [
      {
        kind: 'torch',
        reach: 1.1,
        prepare: (context) => pythonSide(context, 'torch_forward.py', work.layers, work.width, work.batch, work.length),
      },
      { kind: 'onnxruntime', reach: 1, prepare: (context) => onnxruntimeSide(context, work) },
    ],
  },
  {
    row: `forward of an exported file on onnxruntime-node, mask and segments fed, ${sizeName(large)}`,
    flops: encoderFlops(large),
    ours: () => exportedSide(large),
    peers: [{ kind: 'onnxruntime', reach: 1, prepare: (context) => onnxruntimeSide(context, large) }],
  },
];
