import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@cloze/backend';
import { constant, evaluate, type HostTensor, isHostTensor, mapTree, referenceEngine } from '@cloze/backend';
import { type EncoderParameters, encode, predictTokens } from '@cloze/encoder';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classification } from '../tasks/task.ts';
import { trimVocabulary } from '../trim/trim-vocabulary.ts';
import { fineTune } from './fine-tune.ts';
import { openModel } from './open-model.ts';
import { pretrain } from './pretrain.ts';

const python = process.env.CLOZE_PYTHON;
const script = fileURLToPath(new URL('../../../../tooling/oracles/models_go_on.py', import.meta.url));
const names = [
  ...['bert', 'bert-untied', 'bert-pretraining', 'roberta', 'roberta-wordpiece', 'xlm-roberta'],
  ...['electra', 'albert', 'roformer', 'roformer-values'],
];
/** Vocabularies that can be trimmed. */
const wordPiece = names.filter((name) => !['roberta', 'xlm-roberta'].includes(name));

interface Read {
  readonly class: string;
  readonly type: string;
  readonly missing_keys: readonly string[];
  readonly unexpected_keys: readonly string[];
  readonly mismatched_keys: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly logits: readonly (readonly number[])[];
}

function transformers(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(python as string, [script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const reads = (folders: readonly string[]): Read[] =>
  transformers('--check', ...folders)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Read);

const engine = referenceEngine();
afterAll(() => engine.dispose());

/** Our logits of every token of a row. */
async function logitsOf(folder: string, ids: readonly number[]): Promise<number[]> {
  const { parameters, config, family } = await loadPretrained(folder);
  const tensors = mapTree(
    parameters,
    ({ values, shape }: HostTensor) => constant(values, shape),
    isHostTensor,
  ) as unknown as EncoderParameters<Tensor>;
  const shape = [1, ids.length];
  const int = (values: readonly number[]) => constant(values, shape, 'int32');
  const attend = constant(
    ids.map(() => 1),
    shape,
    'bool',
  );
  const { hidden } = encode(family, tensors, { ids: int(ids), segments: int(ids.map(() => 0)), attend }, config);
  return Array.from(evaluate(engine, predictTokens(tensors, hidden, int(ids.map((_, i) => i)), config)).values);
}

describe.skipIf(!python)('transformers writes, we go on, transformers reads (CLOZE_PYTHON)', () => {
  let root = '';
  const before: Read[] = [];
  const pretrained: Read[] = [];
  const trimmed: Read[] = [];
  const tuned: Read[] = [];
  const at = (kind: string, name: string) => join(root, kind, name);
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'cloze-go-on-'));
    transformers(join(root, 'theirs'));
    const corpus = join(root, 'corpus.txt');
    writeFileSync(
      corpus,
      Array.from(
        { length: 200 },
        (_, i) => `the moon at night Ab cd ${'床前明月光疑是'.slice(i % 5)} the ${i % 7}\n`,
      ).join(''),
    );
    const labelled = (from: number) =>
      Array.from({ length: 12 }, (_, i) => ({
        text: `the moon ${'abcdefghijklmnopqrstuvwxyz'[from + i]}`,
        label: `c${i % 3}`,
      }));
    for (const name of names) {
      const run = await pretrain({
        ...{ corpus, model: at('theirs', name), output: at('runs', name), maxSteps: 5, batchSize: 4, length: 16 },
        ...{ heldOutRows: 4, engine: 'reference', learningRate: 1e-3 },
      });
      await run.model.save(at('ours', name));
      run.model.dispose();
      const opened = await openModel(at('theirs', name), { engine: 'reference' });
      const task = classification({ text: 'text', label: 'label' });
      const fine = await fineTune(opened, { task, train: labelled(0), dev: labelled(13), maxSteps: 3, batchSize: 4 });
      await fine.model.save(at('tuned', name));
      fine.model.dispose();
      opened.dispose();
      if (!wordPiece.includes(name)) continue;
      const loaded = await loadPretrained(at('theirs', name));
      await savePretrained(
        at('trimmed', name),
        await trimVocabulary(name, loaded, ['the moon at night', 'Ab cd', '床前明月光']),
      );
    }
    before.push(...reads(names.map((name) => at('theirs', name))));
    pretrained.push(...reads(names.map((name) => at('ours', name))));
    tuned.push(...reads(names.map((name) => at('tuned', name))));
    trimmed.push(...reads(wordPiece.map((name) => at('trimmed', name))));
  }, 900_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const isSame = async (folder: string, read: Read | undefined) => {
    expect([read?.missing_keys, read?.unexpected_keys, read?.mismatched_keys]).toEqual([[], [], []]);
    for (const [row, ids] of (read?.ids ?? []).entries()) {
      const ours = await logitsOf(folder, ids);
      const theirs = read?.logits[row] ?? [];
      expect(ours).toHaveLength(theirs.length);
      expect(Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] as number))))).toBeLessThan(1e-5);
    }
  };
  const config = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const kept = [
    'tokenizer.json',
    'tokenizer_config.json',
    'modules.json',
    '1_Pooling/config.json',
    'sentence_bert_config.json',
  ];

  it.each(names)('%s: five steps of pretraining: the same class, logits to 1e-5, files and keys kept', async (name) => {
    const i = names.indexOf(name);
    const [first, after] = [before[i], pretrained[i]];
    expect([after?.class, after?.type, after?.ids]).toEqual([first?.class, first?.type, first?.ids]);
    expect(after?.logits).not.toEqual(first?.logits);
    await isSame(at('ours', name), after);
    const theirs = config(at('theirs', name));
    expect(config(at('ours', name))).toEqual({ ...theirs, dtype: 'float32' });
    for (const file of kept)
      expect(readFileSync(join(at('ours', name), file), 'utf8'), file).toBe(
        readFileSync(join(at('theirs', name), file), 'utf8'),
      );
  });

  it.each(names)('%s fine-tuned: the class of a classifier, the same logits, tokenizer and keys', async (name) => {
    const read = tuned[names.indexOf(name)];
    const before = config(at('theirs', name));
    expect(read?.class).toBe(
      String(before.architectures).replace(/For(MaskedLM|PreTraining)$/, 'ForSequenceClassification'),
    );
    expect([read?.missing_keys, read?.mismatched_keys]).toEqual([[], []]);
    const model = await openModel(at('tuned', name), { engine });
    const { architectures: _, id2label: _names, label2id: _ids, problem_type: _kind, ...rest } = before;
    expect(config(at('tuned', name))).toMatchObject({ ...rest, dtype: 'float32' });
    for (const file of kept)
      expect(readFileSync(join(at('tuned', name), file), 'utf8')).toBe(
        readFileSync(join(at('theirs', name), file), 'utf8'),
      );
    const predicted = await model.predict(['the moon at night', 'Ab cd', '床前明月光 the']);
    for (const [row, prediction] of predicted.entries()) {
      if (!('probabilities' in prediction)) throw new Error('a class was expected.');
      const probabilities = new Map<string, unknown>(Object.entries(prediction.probabilities));
      const theirs = read?.logits[row] ?? [];
      const total = theirs.reduce((sum, logit) => sum + Math.exp(logit), 0);
      for (const [i, logit] of theirs.entries())
        expect(Number(probabilities.get(model.loaded.head?.labels?.[i] ?? ''))).toBeCloseTo(Math.exp(logit) / total, 5);
    }
    model.dispose();
  });

  it.each(wordPiece)('%s trimmed: the same class, and of what stays the same logits', async (name) => {
    const [first, after] = [before[names.indexOf(name)], trimmed[wordPiece.indexOf(name)]];
    expect([after?.class, after?.type]).toEqual([first?.class, first?.type]);
    await isSame(at('trimmed', name), after);
    for (const file of kept.slice(2))
      expect(readFileSync(join(at('trimmed', name), file), 'utf8')).toBe(
        readFileSync(join(at('theirs', name), file), 'utf8'),
      );
  });
});
