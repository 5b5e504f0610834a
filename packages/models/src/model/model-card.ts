import type { FigureOverSeeds } from '@cloze/eval';

/** How a model came about, as its card tells it. */
export interface ModelCard {
  /** What was done: `Fine-tuned for classification`, `Pretrained`. */
  readonly what: string;
  /** The checkpoint it began from; undefined for fresh weights. */
  readonly base?: string;
  readonly engine: string;
  readonly seed: number;
  readonly settings: unknown;
  /** SHA-256 of what it learnt from, by name. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly figures: Readonly<
    Record<string, Pick<FigureOverSeeds, 'value' | 'low' | 'high' | 'n'> & { readonly seeds?: number }>
  >;
  readonly language?: string;
  /** Names of weights that were drawn at random, for the checkpoint lacks them; absent where all were read. */
  readonly drawn?: readonly string[];
}

const shown = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(5)).toString() : 'not known');

/** A model card in Hugging Face's form: front matter, what was done, figures with intervals, settings, hashes. */
export function modelCard({ what, base, engine, seed, settings, hashes, figures, language, drawn }: ModelCard): string {
  const front = [
    '---',
    'library_name: cloze',
    ...(language ? [`language: ${language}`] : []),
    ...(base ? [`base_model: ${JSON.stringify(base)}`] : []),
    '---',
  ];
  const rows = Object.entries(figures).map(
    ([name, { value, low, high, n, seeds }]) =>
      `| ${name} | ${shown(value)} | ${shown(low)} to ${shown(high)} | ${n} | ${seeds ?? 1} |`,
  );
  return `${front.join('\n')}

# ${what}

${base ? `From \`${base}\`` : 'From fresh weights'}, by cloze on ${engine}, seed ${seed}.${drawn ? `\n\nDrawn at random, for the checkpoint lacks them: ${drawn.join(', ')}.` : ''}

${rows.length > 0 ? `| figure | value | 95 % | n | seeds |\n| --- | ---: | --- | ---: | ---: |\n${rows.join('\n')}\n` : 'Not judged.\n'}
## Settings

\`\`\`json
${JSON.stringify(settings, null, 2)}
\`\`\`

## Data

${Object.entries(hashes)
  .map(([name, hash]) => `- ${name}: SHA-256 \`${hash}\``)
  .join('\n')}
`;
}
