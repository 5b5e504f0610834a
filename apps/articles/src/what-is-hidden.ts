import { maskableBatches, policySetting } from '@cloze/datasets';
import {
  dropTokens,
  type MaskableBatch,
  type MaskOutcome,
  mask,
  maskOutcomes,
  presetsNamed,
  removeTokens,
} from '@cloze/masking';
import { type Figure, name, readPoems } from '@cloze/quick-start';
import { streamFrom } from '@cloze/random';
import { trainVocabulary } from '@cloze/tokenizer';

const verse = '海上明月共潮生，何處春江無月明。';

/** What may become of a token (what the encoder is given, and whether it is asked), and its colour. */
const colourOf = {
  given: 'rgba(128,128,128,.12)',
  '[MASK], asked': '#2563eb',
  'another, asked': '#dc2626',
  'itself, asked': '#059669',
  removed: 'rgba(0,0,0,0)',
} as const;
type Fate = keyof typeof colourOf;

interface Row {
  readonly policy: string;
  readonly place: string;
  readonly token: string;
  readonly fate: Fate;
}

async function openVerse() {
  const texts = [...readPoems(300).map(({ couplets }) => couplets.join('')), verse];
  const vocabulary = trainVocabulary(texts, { size: 12_000, minimum: 1 });
  const corpus = await maskableBatches(vocabulary, texts);
  const [batch] = await maskableBatches(vocabulary, [verse]);
  return { vocabulary, batch: batch as MaskableBatch, ...policySetting(vocabulary, corpus, { texts }) };
}

/** Tokens of the verse with what became of each. */
const rowsOf = (
  policy: string,
  batch: MaskableBatch,
  tokenOf: (id: number) => string,
  fateOf: (place: number) => Fate,
) =>
  Array.from(batch.maskable, (maskable, place) => ({ maskable, place })).flatMap(({ maskable, place }): Row[] =>
    maskable
      ? [
          {
            policy,
            place: String(place).padStart(2, '0'),
            token: tokenOf(batch.ids[place] as number),
            fate: fateOf(place),
          },
        ]
      : [],
  );

/** What a masking policy made of a token; one that is not asked is as good as given. */
function fateOf(outcome: MaskOutcome | undefined): Fate {
  if (!outcome?.isTarget) return 'given';
  if (outcome.became === 'masked') return '[MASK], asked';
  return outcome.became === 'kept' ? 'itself, asked' : 'another, asked';
}

/** Tokens as squares in the colour of their fate; the legend has those that occur. */
const drawing = (rows: readonly Row[]) => {
  const fates = (Object.keys(colourOf) as Fate[]).filter((fate) => rows.some((row) => row.fate === fate));
  return {
    width: { step: 27 },
    height: { step: 27 },
    encoding: {
      x: name('place', null, { axis: null }),
      y: name('policy', null, { axis: { labelFontSize: 13, domain: false, ticks: false } }),
    },
    layer: [
      {
        mark: { type: 'rect', stroke: 'rgba(128,128,128,.5)' },
        encoding: {
          color: name('fate', null, {
            scale: { domain: fates, range: fates.map((fate) => colourOf[fate]) },
            legend: { columns: 3, symbolType: 'square' },
          }),
        },
      },
      {
        mark: { type: 'text', fontSize: 14 },
        encoding: {
          text: { field: 'token' },
          opacity: { condition: { test: "datum.fate === 'removed'", value: 0.25 }, value: 1 },
          color: {
            condition: {
              test: "indexof(datum.fate, 'asked') >= 0",
              value: '#ffffff',
            },
            value: 'currentColor',
          },
        },
      },
    ],
  };
};

/** What masking policies hide of a verse, and what they ask; the same every time. */
export async function whatIsHidden(): Promise<Figure> {
  const { vocabulary, batch, setting, given } = await openVerse();
  const tokenOf = (id: number) => vocabulary.tokens[id] as string;
  const rows = presetsNamed('bert,mask-40,mask-80,whole-word,span-bert,pmi,t-ta', given).flatMap((policy) => {
    const stream = streamFrom(4).fork('verse', policy.name);
    const after = mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: () => stream.fork(0) });
    const [outcomes = []] = maskOutcomes(batch, after, policy, { maskId: setting.maskId, padId: setting.padId });
    const byPlace = new Map(outcomes.map((outcome) => [outcome.column, outcome]));
    return rowsOf(policy.name, batch, tokenOf, (place) => fateOf(byPlace.get(place)));
  });
  return {
    title: 'One draw of each policy on a line of verse',
    alt: 'What masking policies hide of a line of verse, and which tokens they ask for',
    rows: rows.map((row) => ({ ...row })),
    spec: drawing(rows),
  };
}

/** What DropToken and MAE leave of a verse. */
export async function whatIsRemoved(): Promise<Figure> {
  const { vocabulary, batch, setting } = await openVerse();
  const tokenOf = (id: number) => vocabulary.tokens[id] as string;
  const { padId } = setting;
  const randomOf = (what: string) => () => streamFrom(4).fork(what);
  const shortened = [
    ...[0.1, 0.15, 0.5].map((rate) => ({
      policy: `DropToken ${100 * rate} %`,
      kept: dropTokens(batch, { rate, padId, randomOf: randomOf('drop') }),
    })),
    { policy: 'MAE 75 %', kept: removeTokens(batch, { rate: 0.75, padId, randomOf: randomOf('remove') }).kept },
  ];
  const rows = shortened.flatMap(({ policy, kept }) => {
    const gone = kept.shape[1];
    return rowsOf(policy, batch, tokenOf, (place) => (kept.restore[place] === gone ? 'removed' : 'given'));
  });
  return {
    title: 'What the encoder is given; tokens that stay keep the numbers of their places',
    alt: 'Tokens that DropToken and MAE remove from a line of verse',
    rows: rows.map((row) => ({ ...row })),
    spec: drawing(rows),
  };
}
