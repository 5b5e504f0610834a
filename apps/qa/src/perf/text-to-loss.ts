import { Session } from 'node:inspector/promises';
import { compile, createVariables, referenceEngine, type Tensor } from '@cloze/backend';
import { type EncoderParameters, encoderConfig, initialParameters } from '@cloze/encoder';
import { bert, candidateIds, mask } from '@cloze/masking';
import { type AskedBatch, askedBatch, languageModelObjective } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { nativeTokenizer, padEncodings, tokenizerJson, trainVocabulary } from '@cloze/tokenizer';

/** Files of packages in which a function ran since the coverage was started. */
async function filesRun(session: Session): Promise<string[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result.flatMap(({ url, functions }) => {
    const [, owner, file = ''] = /packages\/([a-z]+)\/(?:src|dist)\/(.*)\.[tj]s$/.exec(url) ?? [];
    // A module's own body is a function without a name at its beginning.
    const ran = functions.some(({ functionName, ranges: [range] }) => {
      const isBody = functionName === '' && range?.startOffset === 0;
      return !isBody && (range?.count ?? 0) > 0;
    });
    return ran && owner !== undefined ? [`${owner}/${file}`] : [];
  });
}

/**
 * The files that a text meets on its way to the loss of a masked language model: those of which a function runs (by V8's coverage) from `encodeBatch` over
 * `padEncodings`, `mask` and `askedBatch` to the loss of `languageModelObjective`, on a BERT.
 *
 * Left out: the engine's (`backend`), which are none of the text's, and those that check options (`checks`). What opens a tokenizer or draws weights has run before.
 */
export async function textToLoss(): Promise<string[]> {
  const texts = ['床前明月光，疑是地上霜。', '舉頭望明月，低頭思故鄉。'];
  const vocabulary = trainVocabulary(texts, { size: 60, minimum: 1 });
  const tokenizer = nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 32 });
  const sizes = { layers: 1, width: 8, heads: 2, maximumLength: 32 };
  const config = encoderConfig({ ...sizes, vocabularySize: vocabulary.tokens.length });
  const variables = createVariables(referenceEngine(), initialParameters(config, streamFrom(1).fork('weights')));
  const objective = languageModelObjective('bert', config);
  const lossOf = compile(
    variables,
    (parameters: EncoderParameters<Tensor>, { batch }: { batch: AskedBatch<Tensor> }) => ({
      outputs: { loss: objective(parameters, batch, undefined).loss },
    }),
  );
  const setting = { maskId: vocabulary.special.mask, candidates: candidateIds(vocabulary.tokens) };
  const masks = streamFrom(1).fork('masks');
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    const padded = padEncodings(await tokenizer.encodeBatch(texts), { padId: vocabulary.special.pad });
    const masked = mask(padded, bert, { ...setting, randomOf: (row) => masks.fork(row) });
    await lossOf({ batch: askedBatch(masked) });
    return (await filesRun(session)).filter((file) => !/^(backend|checks)\//.test(file)).sort();
  } finally {
    session.disconnect();
    variables.dispose();
  }
}
