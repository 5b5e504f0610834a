import type { JudgedRecipe } from '@cloze/bench';
import { type Figure, name, quantity } from '@cloze/quick-start';

/** Held-out loss against the rate of masking, ± one standard deviation over seeds. */
export function heldOutByRate({ cells, columns }: JudgedRecipe): Figure | undefined {
  const rows = cells.flatMap(({ row, column, mean, sd }) => {
    const about = columns.find((one) => one.name === column);
    const [, kind, rate] = /^(\w+) (\d+) %$/.exec(row) ?? [];
    if (about?.metric !== 'loss' || !kind) return [];
    const size = column.split(', ').slice(1).join(', ');
    const spread = Number.isNaN(sd) ? 0 : sd;
    return [
      {
        kind: size ? `${kind}, ${size}` : kind,
        rate: Number(rate),
        loss: mean,
        low: mean - spread,
        high: mean + spread,
      },
    ];
  });
  if (rows.length === 0) return undefined;
  const x = quantity('rate', 'rate of masking (%)', { scale: { zero: true } });
  const color = name('kind', null, { legend: { symbolOpacity: 1, columns: 3, labelLimit: 260 } });
  return {
    title: 'Held-out loss against the rate trained with, ± one standard deviation over seeds',
    alt: 'Held-out loss against the rate of masking, a line each for tokens, spans and collocations',
    rows,
    spec: {
      width: 460,
      height: 240,
      layer: [
        { mark: { type: 'rule' }, encoding: { x, y: quantity('low', 'loss (nats)'), y2: { field: 'high' }, color } },
        {
          mark: { type: 'line', point: true, strokeWidth: 1.5 },
          encoding: { x, y: quantity('loss', 'loss (nats)'), color },
        },
      ],
    },
  };
}
