import { expect, it } from 'vitest';
import { jointModel, maskId, sentenceOf } from '../../test/joint-model.ts';
import { maskEachToken, onePlaceEarlier, scoreSentences } from '../index.ts';

it('asks each token one place earlier and scores what the same model scores, told there', async () => {
  const model = jointModel(4);
  const sentence = sentenceOf(3, 5, 4, 4);
  const scores = async (kind: typeof maskEachToken, predict: typeof model.masked) => {
    const found = [];
    for await (const score of scoreSentences([sentence], { kind, predict, maskId })) found.push(score);
    return found[0];
  };
  const own = await scores(maskEachToken, model.masked);
  const earlier = await scores(onePlaceEarlier(maskEachToken), (queries) =>
    model.masked(
      queries.map((query) => ({ ...query, targetPositions: query.targetPositions.map((place) => place + 1) })),
    ),
  );
  expect(earlier).toEqual(own);
  expect([...onePlaceEarlier(maskEachToken)(sentence, [0, 2])]).toEqual([
    { hidden: [2], places: [2], targetPositions: [1] },
  ]);
});
