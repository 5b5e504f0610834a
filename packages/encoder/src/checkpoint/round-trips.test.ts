import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  constant,
  type Engine,
  evaluate,
  type HostTensor,
  mapTree,
  referenceEngine,
  type Tensor,
} from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance } from '../../test/architecture-fixture.ts';
import { asTensors, smallModel } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { classifierHead, encode, type FamilyName, families, type HeadKind, predictTokens } from '../index.ts';
import { savePretrained } from '../node.ts';

/** What transformers has classes for; T-TA is ours alone. */
const known = families.map(({ name }) => name).filter((name) => name !== 't-ta');
const kinds: readonly (HeadKind | undefined)[] = [undefined, 'sequence', 'tokens', 'span', 'choice'];

/** Names of a language-model head in files. */
const languageModel = /^(cls\.predictions|lm_head|generator_|predictions|vocab_|decoder\.)/;

const python = process.env.CLOZE_PYTHON;
const script = fileURLToPath(new URL('../../../../tooling/oracles/encoder_pretrained.py', import.meta.url));
const { ids, segments, attend } = JSON.parse(
  readFileSync(new URL('../../fixtures/pretrained/outputs.json', import.meta.url), 'utf8'),
) as Readonly<Record<'ids' | 'segments' | 'attend', number[]>>;

let engine: Engine;
let folder = '';
beforeAll(async () => {
  engine = referenceEngine();
  folder = mkdtempSync(join(tmpdir(), 'cloze-round-trips-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Saves a small model with a head of a kind, or with that of tokens; gives its logits, those of pads left out where each token has some. */
async function save(target: string, family: FamilyName, kind: HeadKind | undefined) {
  const own = { ...typicalConfig(family), ...(family === 'modernbert' && { classifierPooling: 'mean' as const }) };
  const { config, host, tensors } = smallModel({ layers: 2, ...own });
  const head = classifierHead(family, config);
  // As large as the encoder's, so that the head matters; ModernBERT's is drawn by its width.
  const larger = family === 'modernbert' ? 0.3 * Math.sqrt(config.width) : 15;
  const parts = mapTree(
    kind ? head.initial(kind, kind === 'choice' ? 1 : 3, streamFrom(9)) : {},
    (leaf: HostTensor) => ({
      ...leaf,
      values: leaf.values.map((value) => larger * value + 0.05),
    }),
  );
  await savePretrained(target, {
    config,
    family,
    parameters: host,
    file: {},
    tokenizerFiles: {},
    ...parts,
    ...(kind && { head: { kind, ...(/sequence|tokens/.test(kind) && { labels: ['a', 'b', 'c'] }) } }),
  });
  const int = (values: number[]) => constant(values, [2, 8], 'int32');
  const real = constant(attend, [2, 8], 'bool');
  const rows = { ids: int(ids), segments: int(config.segmentTypes === 1 ? ids.map(() => 0) : segments), attend: real };
  const { hidden } = encode(family, tensors, rows, config);
  const drawn = mapTree(parts, ({ values, shape }: HostTensor) => constant(values, shape));
  const tree = { ...drawn, tokenHead: tensors.languageModel };
  const of = (logits: Tensor) => Array.from(evaluate(engine, logits).values);
  if (kind === 'sequence') return of(head.classify(tree, hidden, { attend: real }));
  if (kind === 'choice') return of(head.choose(tree, hidden, 2, { attend: real }));
  if (kind === 'tokens') return realOf(of(head.labelTokens(tree, hidden)));
  if (kind === undefined) {
    const everywhere = int(ids.map((_, i) => i % 8));
    return realOf(of(predictTokens(asTensors(host), hidden, everywhere, config)));
  }
  const { start, end } = head.findSpan(tree, hidden, real);
  return [...realOf(of(start)), ...realOf(of(end))];
}

/** Values at real tokens. */
const realOf = (values: readonly number[]) =>
  values.filter((_, index) => attend[Math.floor(index / (values.length / ids.length))] === 1);

const cases = known.flatMap((family) =>
  // NeoBERT's authors have a class for sequences alone.
  kinds
    .filter((kind) => family !== 'neobert' || kind === undefined || kind === 'sequence')
    .map((kind) => ({ family, kind, name: `${family}, ${kind ?? 'language model'}` })),
);

describe.skipIf(!python)(
  'saved by us, opened by transformers (CLOZE_PYTHON): nothing missing, the same logits to 1e-5',
  () => {
    const ours: number[][] = [];
    let lines: string[] = [];
    beforeAll(async () => {
      const targets = cases.map((_, i) => join(folder, String(i)));
      for (const [i, { family, kind }] of cases.entries()) ours.push(await save(targets[i] as string, family, kind));
      const { status, stdout, stderr } = spawnSync(python as string, [script, '--check', ...targets], {
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      expect(lines).toHaveLength(cases.length);
    }, 600_000);

    for (const [i, { kind, name }] of cases.entries())
      it(name, () => {
        const theirs = JSON.parse(lines[i] as string) as Record<string, string[]> & { readonly logits: number[] };
        const [first, second] = [theirs.logits.slice(0, ids.length), theirs.logits.slice(ids.length)];
        const whole = kind === 'sequence' || kind === 'choice';
        const read = whole
          ? theirs.logits
          : kind === 'span'
            ? [...realOf(first), ...realOf(second)]
            : realOf(theirs.logits);
        expect(ours[i]).toHaveLength(read.length);
        expect(distance(ours[i] as number[], read)).toBeLessThan(1e-5);
        // A fine-tuned folder keeps the language-model head, which transformers' class has no place for.
        const unexpected = kind
          ? theirs.unexpected_keys?.filter((key) => !languageModel.test(key))
          : theirs.unexpected_keys;
        expect([theirs.missing_keys, unexpected, theirs.mismatched_keys]).toEqual([[], [], []]);
      });
  },
);
