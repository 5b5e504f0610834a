import { streamFrom } from '@cloze/random';
import { auditPolicy } from '../../mask/audit-policy.ts';
import { encodeTexts } from '../../mask/encode-texts.ts';
import { choosePolicies, maskPolicies } from '../../mask/mask-policies.ts';
import { openVocabulary, policySetting } from '../../mask/policy-setting.ts';
import { readLines } from '../../mask/read-lines.ts';
import { showMask } from '../../mask/show-mask.ts';
import type { Figure } from './recipe-figures.ts';

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
  const [batch] = await encodeTexts(vocabulary, [line]);
  const corpus = await encodeTexts(vocabulary, texts);
  const setting = await policySetting(vocabulary, corpus, { texts: [...texts, line] });
  const policies = maskPolicies(setting);
  const examples = policies.flatMap((policy) => {
    if (!batch) return [];
    const stream = streamFrom(1).fork('gallery', policy.name);
    const after = policy.run(batch, () => stream.fork(0));
    const tokenOf = (id: number) => vocabulary.tokens[id] as string;
    const { maskId, padId } = setting;
    return [
      { policy: policy.name, about: policy.about, text: showMask(batch, after, policy, { maskId, padId, tokenOf }) },
    ];
  });
  const rows = choosePolicies(policies, 'bert,whole-word,span-bert,pmi').flatMap((policy) =>
    auditPolicy(policy, corpus, { seed: 1, maskId: setting.maskId }).spans.map((share, i) => ({
      policy: policy.name,
      length: i + 1,
      share,
    })),
  );
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
