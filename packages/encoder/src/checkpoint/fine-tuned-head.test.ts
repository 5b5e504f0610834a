import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { families } from '../families/families.ts';
import type { HeadKind } from '../families/family.ts';
import { classifierHead } from '../heads/classifier-head.ts';
import { loadPretrained, savePretrained } from '../node.ts';
import { checkpointFromParameters } from './convert/checkpoint-from-parameters.ts';
import { parametersFromCheckpoint } from './convert/parameters-from-checkpoint.ts';
import type { FineTunedHead } from './fine-tuned-head.ts';
import { configFromHub, configToHub } from './hub-config.ts';

const kinds: readonly HeadKind[] = ['sequence', 'tokens', 'span', 'choice'];

describe('a fine-tuned head', () => {
  it.each(families.flatMap(({ name }) => kinds.map((kind) => [name, kind] as const)))(
    'of %s for %s is read as it was saved, its labels too, with nothing unexpected',
    (family, kind) => {
      const { config, host } = smallModel(typicalConfig(family));
      const outputs = kind === 'choice' ? 1 : 3;
      const parts = classifierHead(family, config).initial(kind, outputs, streamFrom(3));
      const head: FineTunedHead = { kind, labels: kind === 'choice' ? ['right'] : ['no', 'yes', 'perhaps'] };
      const tensors = checkpointFromParameters(host, config, { family, head, ...parts });
      const read = configFromHub(configToHub(config, { family, head, ...parts }));
      expect(read.head).toEqual(head);
      const { pooler, classifierDense, classifier, span, unexpected } = parametersFromCheckpoint(tensors, config, {
        family,
        head: kind,
      });
      const found = { pooler, classifierDense, classifier, span };
      expect(Object.fromEntries(Object.entries(found).filter(([, part]) => part))).toEqual(parts);
      expect(unexpected.filter((name) => !name.includes('embed_positions'))).toEqual([]);
    },
  );

  it.each([
    ['bert', 'sequence', 'BertForSequenceClassification', ['bert.pooler.dense.weight', 'classifier.weight']],
    [
      'roberta',
      'sequence',
      'RobertaForSequenceClassification',
      ['classifier.dense.weight', 'classifier.out_proj.weight'],
    ],
    ['roberta', 'choice', 'RobertaForMultipleChoice', ['roberta.pooler.dense.weight', 'classifier.weight']],
    ['electra', 'choice', 'ElectraForMultipleChoice', ['sequence_summary.summary.weight', 'classifier.weight']],
    ['roformer', 'choice', 'RoFormerForMultipleChoice', ['classifier.weight']],
    ['albert', 'tokens', 'AlbertForTokenClassification', ['classifier.weight']],
    ['bert', 'span', 'BertForQuestionAnswering', ['qa_outputs.weight']],
    ['modernbert', 'sequence', 'ModernBertForSequenceClassification', ['classifier.weight']],
    ['modernbert', 'span', 'ModernBertForQuestionAnswering', ['classifier.weight']],
  ] as const)('of %s for %s is %s, under transformers’ names', (family, kind, architecture, names) => {
    const { config, host } = smallModel(typicalConfig(family));
    const parts = classifierHead(family, config).initial(kind, 1, streamFrom(3));
    const bare = checkpointFromParameters(host, config, { family });
    const tensors = checkpointFromParameters(host, config, { family, head: { kind }, ...parts });
    expect([...tensors.keys()].filter((name) => !bare.has(name) && name.endsWith('weight')).sort()).toEqual(
      [...names].sort(),
    );
    expect(configToHub(config, { family, head: { kind }, ...parts }).architectures).toEqual([architecture]);
  });

  it('writes id2label, label2id and problem_type, in the order of the outputs beyond ten too', () => {
    const { config } = smallModel();
    const labels = Array.from({ length: 12 }, (_, i) => `label ${i}`);
    const parts = classifierHead('bert', config).initial('sequence', 12, streamFrom(3));
    const head: FineTunedHead = { kind: 'sequence', labels, problemType: 'multi_label_classification' };
    const file = configToHub(config, { head, ...parts });
    expect(file).toMatchObject({
      id2label: { '0': 'label 0', '11': 'label 11' },
      label2id: { 'label 0': 0, 'label 11': 11 },
      problem_type: 'multi_label_classification',
    });
    expect(configFromHub(file).head).toEqual(head);
  });

  it('that lacks a part is refused by name', () => {
    const { config, host } = smallModel({ positionOffset: 2 });
    const { classifier } = classifierHead('bert', config).initial('tokens', 3, streamFrom(3));
    const save = (kind: HeadKind) =>
      checkpointFromParameters(host, config, { family: 'roberta', head: { kind }, ...(classifier && { classifier }) });
    expect(() => save('sequence')).toThrow("'sequence' head of family 'roberta' needs classifierDense");
    expect(() => save('span')).toThrow('needs span');
  });
});

it('a config that names another number of classes than the classifier has is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-classes-'));
  try {
    const { config, host } = smallModel({ layers: 1 });
    const parts = classifierHead('bert', config).initial('sequence', 3, streamFrom(1));
    await savePretrained(folder, { config, parameters: host, ...parts, head: { kind: 'sequence' } });
    const path = join(folder, 'config.json');
    const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect((await loadPretrained(folder)).classifier?.bias.shape).toEqual([3]);
    writeFileSync(path, JSON.stringify({ ...file, id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }));
    await expect(loadPretrained(folder)).rejects.toThrow("'id2label' names 2 classes, the classifier has 3 outputs");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a classifier of XLM-RoBERTa has that class, not RoBERTa’s, and is known by it', () => {
  const { config } = smallModel({ positionOffset: 2 });
  const parts = classifierHead('roberta', config).initial('sequence', 2, streamFrom(1));
  const head = { kind: 'sequence', labels: ['no', 'yes'] } as const;
  const file = configToHub(config, { family: 'roberta', file: { model_type: 'xlm-roberta' }, ...parts, head });
  expect(file).toMatchObject({ model_type: 'xlm-roberta', architectures: ['XLMRobertaForSequenceClassification'] });
  expect(configFromHub(file).head).toEqual(head);
});
