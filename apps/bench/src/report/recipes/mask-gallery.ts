import { maskableBatches, policySetting } from '@cloze/datasets';
import { auditPolicy, mask, presetsNamed, showMask } from '@cloze/masking';
import type { Figure } from '@cloze/quick-start';
import { streamFrom } from '@cloze/random';
import { openVocabulary } from '../../mask/open-vocabulary.ts';
import { readLines } from '../../mask/read-lines.ts';

/** What each policy does to a line, and how long its runs of masked tokens are on poems. */
export interface MaskGallery {
  readonly examples: readonly { readonly policy: string; readonly about: string; readonly text: readonly string[] }[];
  readonly spans: Figure;
}

const line = '春江潮水連海平，海上明月共潮生。灩灩隨波千萬里，何處春江無月明。';

/** Masks a line by every policy, and counts spans on poems; the same every time. */
export async function maskGallery(): Promise<MaskGallery> {
  const texts = readLines(undefined, 300);
  const vocabulary = openVocabulary(undefined, [...texts, line]);
  const [batch] = await maskableBatches(vocabulary, [line]);
  const corpus = await maskableBatches(vocabulary, texts);
  const { setting, given } = policySetting(vocabulary, corpus, { texts: [...texts, line] });
  const examples = presetsNamed('all', given).flatMap((policy) => {
    if (!batch) return [];
    const stream = streamFrom(1).fork('gallery', policy.name);
    const after = mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: () => stream.fork(0) });
    const tokenOf = (id: number) => vocabulary.tokens[id] as string;
    return [
      { policy: policy.name, about: policy.about, text: showMask(batch, after, policy, { ...setting, tokenOf }) },
    ];
  });
  const rows = presetsNamed('bert,whole-word,span-bert,pmi', given).flatMap((policy) => {
    const stream = streamFrom(1).fork('mask audit', policy.name);
    const { spans } = auditPolicy(policy, corpus, { setting, randomOf: (row) => stream.fork(row), now: () => 0 });
    return spans.map((share, i) => ({ policy: policy.name, length: i + 1, share }));
  });
  return {
    examples,
    spans: {
      title: 'Lengths of runs of masked tokens on poems; the last bar counts that length and over',
      alt: 'Histogram of span lengths by masking policy',
      rows,
      spec: {
        width: 460,
        height: 220,
        mark: 'bar',
        encoding: {
          x: { field: 'length', type: 'ordinal', title: 'tokens', axis: { labelAngle: 0 } },
          xOffset: { field: 'policy', sort: null },
          y: { field: 'share', type: 'quantitative', title: 'share of runs' },
          color: { field: 'policy', type: 'nominal', title: null, sort: null },
        },
      },
    },
  };
}
