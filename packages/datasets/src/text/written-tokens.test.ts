import {
  auditPolicy,
  mask,
  maskBatch,
  ngrams,
  predictNext,
  presetsNamed,
  removeTokens,
  targetEveryToken,
} from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { encode, nativeTokenizer, padEncodings, tokenizerJson, vocabularyFrom } from '@cloze/tokenizer';
import { describe, expect, it } from 'vitest';
import { encodeWithWords } from './encode-with-words.ts';
import { maskableBatches } from './maskable-batches.ts';
import { policySetting } from './policy-setting.ts';
import { segmentCorpus } from './segment-corpus.ts';

const vocabulary = vocabularyFrom(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'床前明月光疑是地上霜好你我']);
const { special } = vocabulary;
const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
const texts = ['你好[SEP]我是[MASK]你龘[PAD]好', '[CLS]床前', '明月[UNK]光', '[MASK]', '疑是地上霜', ''];
/** Columns of what the texts spell. */
const spelt = [[3, 6, 9], [1], [3], [1], [], []];
const columnsOf = (marks: ArrayLike<number> | undefined, row: number, length: number) =>
  Array.from({ length }, (_, column) => column).filter((column) => marks?.[row * length + column]);

describe('special tokens that a text spells', () => {
  it('are marked, the unknown word apart from one that is only unknown, by both tokenizers and cut or not', async () => {
    const encodings = await tokenizer.encodeBatch(texts);
    for (const [row, columns] of spelt.entries()) {
      for (const one of [encodings[row], encode(vocabulary, texts[row] as string)]) {
        expect(columnsOf(one?.written, 0, one?.ids.length ?? 0), texts[row]).toEqual(columns);
        expect(one && columnsOf(one.special, 0, one.ids.length)).toEqual([0, (one?.ids.length ?? 0) - 1]);
      }
    }
    const short = nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 8 });
    const [single, pair] = [
      ...(await short.encodeBatch(texts.slice(0, 1))),
      ...(await short.encodeBatch([['你[SEP]好', '我[MASK]是[PAD]']])),
    ];
    expect(columnsOf(single?.written, 0, 8)).toEqual([3, 6]);
    expect(columnsOf(pair?.written, 0, 8)).toEqual([2, 5]);
    const behind = encode(vocabulary, '你[SEP]好', '我[MASK]是[PAD]', { maximumLength: 8 });
    expect([...(behind.written ?? [])]).toEqual([...(pair?.written ?? [])]);
  });

  it('are found in a byte-level vocabulary too, with the space that belongs to them', async () => {
    const file = JSON.parse(
      tokenizerJson(
        vocabularyFrom(
          ['<pad>', '<unk>', '<s>', '</s>', '<mask>', '你', '好'],
          ['<pad>', '<unk>', '<s>', '</s>', '<mask>'],
        ),
      ),
    );
    for (const token of file.added_tokens) if (token.content === '<mask>') token.lstrip = true;
    file.added_tokens.push({ ...file.added_tokens[0], id: 7, content: '你们', special: false });
    const opened = nativeTokenizer(JSON.stringify(file));
    const [encoding] = await opened.encodeBatch(['你 <mask>好</s>你们']);
    expect([...(encoding?.written ?? [])]).toEqual([0, 0, 1, 0, 1, 0, 0]);
    expect([...opened.specialIds].sort()).toEqual([0, 2, 3, 4]);
  });

  it('are neither maskable nor words, and no policy makes them targets or changes them', async () => {
    const [batch] = await maskableBatches(vocabulary, texts);
    if (!batch) throw new Error('no batch');
    const [rows, length] = batch.shape;
    for (let row = 0; row < rows; row++) expect(columnsOf(batch.written, row, length)).toEqual(spelt[row]);
    for (const [place, mark] of (batch.written ?? []).entries())
      if (mark) expect([batch.maskable[place], batch.wordNumbers[place], batch.attend[place]]).toEqual([0, -1, 1]);
    const { setting, given } = policySetting(vocabulary, [batch], { texts });
    let seen = 0;
    for (const policy of presetsNamed('all', given)) {
      for (let seed = 0; seed < 20; seed++) {
        const random = streamFrom(seed).fork(policy.name);
        const after = mask(batch, policy, { ...setting, randomOf: (row) => random.fork(row) });
        const copies = after.shape[0] / rows;
        for (const [slot, weight] of after.weights.entries()) {
          if (!weight) continue;
          const row = Math.floor(Math.floor(slot / after.slots) / copies);
          const next = 'kind' in policy && policy.kind === 'next' ? 1 : 0;
          expect(spelt[row], policy.name).not.toContain((after.targetPositions[slot] as number) + next);
          seen++;
        }
      }
      const audit = auditPolicy(policy, [batch], { setting, randomOf: (row) => streamFrom(row), now: () => 0 });
      expect(audit, policy.name).toMatchObject({ specials_touched: 0, pads_touched: 0 });
    }
    expect(seen).toBeGreaterThan(2000);
  });

  it('are no targets of T-TA, of the next token, of removal; no unit crosses them: 2,000 draws of 4-grams', async () => {
    const batch = padEncodings(await encodeWithWords(tokenizer, texts), { padId: special.pad });
    const length = batch.shape[1];
    const own = (row: number) => [1, 2, 4, 5, 7, 8, 10].map((column) => batch.ids[row * length + column]);
    expect([...targetEveryToken(batch).targets.subarray(0, 7)]).toEqual(own(0));
    const next = predictNext(batch, { slots: length });
    expect(columnsOf(next.weights, 0, length).map((slot) => next.targetPositions[slot])).toEqual([
      0, 1, 3, 4, 6, 7, 9, 10,
    ]);
    const { kept } = removeTokens(batch, { padId: 0, rate: 0.9, randomOf: (row) => streamFrom(row) });
    const left = Array.from(kept.ids.subarray(0, kept.shape[1])).filter((id) => id >= 2 && id <= 4);
    expect(left).toEqual([2, 3, 4, 3]);
    expect(columnsOf(kept.written, 0, kept.shape[1])).toHaveLength(3);
    let runs = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const after = maskBatch(batch, {
        units: ngrams({ shares: [0, 0, 0, 1] }),
        rate: 0.4,
        replacement: { mask: 1, random: 0, keep: 0 },
        maskId: special.mask,
        candidates: { from: 5, to: 18 },
        randomOf: (row) => streamFrom(seed).fork(row),
      });
      const at = columnsOf(after.weights, 0, after.slots).map((slot) => after.targetPositions[slot] as number);
      // What stands on both sides of [SEP] is two units: a draw of one 4-gram never takes both.
      if (at.includes(2) && at.includes(4)) runs++;
      expect(at.includes(1)).toBe(at.includes(2));
    }
    expect(runs / 2000).toBeLessThan(0.5);
  });

  it('count as any other token when asked', async () => {
    const ordinary = nativeTokenizer(tokenizerJson(vocabulary), { specialInText: 'ordinary' });
    const [encoding] = await ordinary.encodeBatch(texts);
    expect(encoding?.written).toBeUndefined();
    expect(encode(vocabulary, texts[0] as string, undefined, { specialInText: 'ordinary' }).written).toBeUndefined();
    expect(ordinary.specialIds.size).toBe(0);
    const batch = padEncodings(encoding ? [encoding] : [], { padId: 0 });
    expect(targetEveryToken(batch).targets).toContain(special.separate);
    expect(() => nativeTokenizer(tokenizerJson(vocabulary), { specialInText: 'no' as 'apart' })).toThrow(
      'specialInText must be one of apart, ordinary, got "no"',
    );
  });

  it('are no words of collocations, and end a sentence', () => {
    const { sentences } = segmentCorpus(['明月[MASK]光[SEP]床前', '<s>明月<mask>好</s>', '<pad>']);
    expect([...sentences()]).toEqual([['明月'], ['光'], ['床前'], ['明月'], ['好']]);
  });
});
