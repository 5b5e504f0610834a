import { compile, createVariables, ints, type Tensor, tfjsEngine } from '@cloze/backend';
import { type EncoderParameters, encodeBert, predictTokens } from '@cloze/encoder';
import { padEncodings, trainVocabulary } from '@cloze/tokenizer';
import { expect, it } from 'vitest';
import { freshEncoder, type StartEncoder } from '../recipes/parts/start-encoder.ts';
import { type RowInputs, rowInputs } from '../recipes/parts/token-inputs.ts';
import { trimVocabulary } from './trim-vocabulary.ts';

const texts = ['床前明月光', '疑是地上霜', '举头望明月', '低头思故乡'];

it('keeps special tokens and those that occur often enough, in their order; the rest becomes [UNK]', async () => {
  const whole = freshEncoder(
    trainVocabulary(texts, { size: 100, minimum: 1 }),
    { layers: 1, width: 8, heads: 2 },
    { seed: 1 },
  );
  const small = await trimVocabulary(whole, ['明月', '明月光'], { minimum: 2 });
  expect([...small.tokens].sort()).toEqual(['[CLS]', '[MASK]', '[PAD]', '[SEP]', '[UNK]', '明', '月'].sort());
  expect(small.tokens).toEqual(whole.tokens.filter((token) => small.tokens.includes(token)));
  expect(small.config.vocabularySize).toBe(7);
  const [encoding] = await small.tokenizer(8).encodeBatch(['明光']);
  expect(Array.from(encoding?.ids ?? [], (id) => small.tokens[id])).toEqual(['[CLS]', '明', '[UNK]', '[SEP]']);
});

it('says of the tokens that stay what it said before', async () => {
  const whole = freshEncoder(
    trainVocabulary(texts, { size: 100, minimum: 1 }),
    { layers: 1, width: 8, heads: 2 },
    { seed: 1 },
  );
  const small = await trimVocabulary(whole, ['明月光']);
  const engine = await tfjsEngine('cpu');
  const logitsOf = async ({ parameters, config, special, tokens, tokenizer }: StartEncoder) => {
    const batch = padEncodings(await tokenizer(8).encodeBatch(['明月光']), { padId: special.pad });
    const variables = createVariables(engine, parameters, {});
    const run = compile(variables, (state, { at, ...rows }: RowInputs<Tensor> & { readonly at: Tensor }) => {
      const held = state as unknown as EncoderParameters<Tensor>;
      const { hidden } = encodeBert(held, rows, config, undefined);
      return { outputs: { logits: predictTokens(held, hidden, at, config) } };
    });
    const { logits } = await run({ ...rowInputs(batch), at: ints([1, 1], Int32Array.of(2)) } as never);
    variables.dispose();
    return new Map(tokens.map((token, id) => [token, logits.values[id] as number]));
  };
  const [before, after] = [await logitsOf(whole), await logitsOf(small)];
  expect(after.size).toBeLessThan(before.size);
  for (const [token, logit] of after) expect(logit).toBeCloseTo(before.get(token) as number, 5);
  engine.dispose();
});
