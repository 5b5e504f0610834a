import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedPretrained } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import type { MaskedBatch } from '@cloze/masking';
import { tokenizerJson } from '@cloze/tokenizer';
import { jsonLinesOf } from '../perf/json-lines-of.ts';
import { peerScript } from '../perf/peer-script.ts';
import { heldOutBatch, type SpeedrunCorpus, trainingBatches } from './corpus-rows.ts';
import { pointOf, type SpeedrunEnd, type SpeedrunPoint } from './point.ts';
import { type Recipe, task } from './sides.ts';

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/** PyTorch's `ignore_index`: what its cross-entropy leaves out. */
const ignored = -100;

/** Inputs, places and targets of a batch behind one another. Slots that a row leaves empty are no targets: PyTorch learns none of them and judges by none. */
export const arraysOf = ({ ids, targetPositions, targets, weights }: MaskedBatch) => [
  ids,
  targetPositions,
  targets.map((target, slot) => (weights[slot] === 0 ? ignored : target)),
];

function writeInputs(folder: string, corpus: SpeedrunCorpus, recipe: Recipe, seed: number, end: SpeedrunEnd): void {
  const held = heldOutBatch(corpus);
  const { tokens, special } = corpus.vocabulary;
  const file = openSync(join(folder, 'batches.bin'), 'w');
  const batches = trainingBatches(corpus, recipe, seed);
  let slots = 0;
  for (let step = 1; step <= recipe.steps; step++) {
    const { value } = batches.next();
    slots = value.slots;
    for (const array of arraysOf(value)) writeSync(file, bytesOf(array));
  }
  closeSync(file);
  writeFileSync(join(folder, 'rows.bin'), bytesOf(corpus.rows));
  writeFileSync(join(folder, 'held.bin'), Buffer.concat(arraysOf(held).map(bytesOf)));
  writeFileSync(join(folder, 'tokenizer.json'), tokenizerJson(corpus.vocabulary));
  writeFileSync(join(folder, 'vocab.txt'), tokens.map((token) => `${token}\n`).join(''));
  writeFileSync(join(folder, 'tokenizer_config.json'), '{"do_lower_case":true,"tokenizer_class":"BertTokenizer"}\n');
  const spec = {
    ...{ seed, ...task, ...end, vocabulary: tokens.length, padId: special.pad, slots, heldSlots: held.slots },
    ...{ heldRows: held.shape[0], drawDeviation: recipe.encoder?.drawDeviation ?? 0.02 },
    ...recipe,
  };
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
}

/**
 * Trains a PyTorch side until it reaches the target, its steps end or its time does; yields every look at the held-out loss.
 *
 * @param start weights to begin from, in float32 throughout; default transformers' own draw, and bfloat16 where it is faster
 * @throws with its last words when it fails
 */
export async function* peerRun(
  python: string,
  mode: 'run_mlm' | 'loop' | 'modern',
  corpus: SpeedrunCorpus,
  recipe: Recipe,
  seed: number,
  end: SpeedrunEnd,
  start?: LoadedPretrained,
): AsyncGenerator<SpeedrunPoint> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-speedrun-'));
  try {
    writeInputs(folder, corpus, recipe, seed, end);
    if (start) await savePretrained(join(folder, 'start'), start);
    for await (const line of jsonLinesOf(python, [peerScript('torch_speedrun.py'), mode, folder])) yield pointOf(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
