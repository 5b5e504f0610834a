import { flattenTree, sizeOf } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';
import { layerSequence } from '../layers/stored-layers.ts';

/** One part of a model. */
export interface SummaryRow {
  readonly part: string;
  readonly parameters: number;
  /** float32 */
  readonly bytes: number;
  /** Multiply-adds count two; one row of `length` tokens, forward. */
  readonly flops: number;
}

/**
 * Parameters, bytes and forward FLOPs by part: embeddings, each layer, language-model head; the last row is the total.
 *
 * FLOPs count matrix products only: `2·length·in·out` for a map, `4·length²·width` for attention's two products.
 *
 * @param length tokens of the row, 1 to the longest, the default
 * @throws {RangeError} for another
 */
export function summary(tree: object, config: EncoderConfig, length = config.maximumLength): SummaryRow[] {
  if (!(Number.isInteger(length) && length >= 1 && length <= config.maximumLength))
    throw new RangeError(
      `summary: length must be a whole number from 1 to ${config.maximumLength}, the longest row of this model, got ${length}.`,
    );
  const parts = new Map<string, { parameters: number; flops: number }>();
  for (const [path, { shape }] of flattenTree(tree)) {
    const [top, second] = path.split('/') as [string, string];
    const part = top === 'layers' ? `layers/${second}` : top;
    const entry = parts.get(part) ?? { parameters: 0, flops: 0 };
    entry.parameters += sizeOf(shape);
    if (path.endsWith('/kernel')) entry.flops += 2 * length * sizeOf(shape);
    parts.set(part, entry);
  }
  for (const [part, entry] of parts) {
    const stored = Number(part.slice('layers/'.length));
    const repeats = layerSequence(config).filter((place) => place === stored).length;
    if (part.startsWith('layers/')) entry.flops = repeats * (entry.flops + 4 * length * length * config.width);
    if (part === 'languageModel') entry.flops += 2 * length * config.embeddingWidth * config.vocabularySize;
  }
  const rows = [...parts].map(([part, { parameters, flops }]) => ({ part, parameters, bytes: 4 * parameters, flops }));
  const total = (of: (row: SummaryRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  return [
    ...rows,
    {
      part: 'total',
      parameters: total((r) => r.parameters),
      bytes: total((r) => r.bytes),
      flops: total((r) => r.flops),
    },
  ];
}
