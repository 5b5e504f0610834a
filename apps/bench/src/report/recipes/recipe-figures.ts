import { type Figure, name, quantity } from '@cloze/quick-start';
import type { AttentionMap } from '../../recipes/parts/attention-map.ts';
import { directionRows } from './direction-rows.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** Loss against steps, the mean over seeds with their range; a panel a phase. */
export function learningCurves({ recipe, rows, records }: JudgedRecipe): Figure | undefined {
  const pretrained = records.some(({ steps }) => steps.some(({ phase }) => phase === 'pretrain'));
  const losses = new Map<string, { row: string; phase: string; step: number; values: number[] }>();
  for (const row of rows)
    for (const { spec, steps } of records) {
      if (spec.row !== row) continue;
      for (const { phase, step, loss } of steps) {
        if (pretrained && phase !== 'pretrain') continue;
        const key = `${row}\n${phase}\n${step}`;
        const held = losses.get(key) ?? { row, phase, step, values: [] };
        held.values.push(loss as number);
        losses.set(key, held);
      }
    }
  const points = [...losses.values()]
    .sort((a, b) => a.step - b.step)
    .map(({ row, phase, step, values }) => ({
      row,
      phase,
      step,
      loss: values.reduce((a, b) => a + b, 0) / values.length,
      low: values.reduce((low, value) => Math.min(low, value)),
      high: values.reduce((high, value) => Math.max(high, value)),
    }));
  if (points.length === 0) return undefined;
  const phases = new Set(points.map(({ phase }) => phase)).size;
  const color = name('row', null, { legend: { symbolOpacity: 1, columns: 2, labelLimit: 260 } });
  const x = quantity('step', 'step');
  const layer = [
    {
      mark: { type: 'area', opacity: 0.15 },
      encoding: { x, y: quantity('low', 'loss (nats)'), y2: { field: 'high' }, color },
    },
    { mark: { type: 'line', strokeWidth: 1.5 }, encoding: { x, y: quantity('loss', 'loss (nats)'), color } },
  ];
  return {
    title:
      'Training loss, mean and range over seeds; objectives differ, so levels of different rows may not be comparable',
    alt: `Training loss of ${recipe.name} against steps, a line a row of the table`,
    rows: points,
    spec:
      phases === 1
        ? { width: 460, height: 240, layer }
        : {
            facet: name('phase'),
            columns: 2,
            resolve: { scale: { y: 'independent' } },
            spec: { width: 220, height: 150, layer },
          },
  };
}

/** Held-out loss by steps and by seconds of training, a line a seed, where runs looked at it on their way. */
export function heldOutCurves({ recipe, records }: JudgedRecipe): Figure | undefined {
  const rows = records.flatMap(({ spec: { row, seed }, steps }) =>
    steps
      .filter(({ phase }) => phase === 'held out')
      .flatMap(({ step, seconds = 0, loss = 0 }) => [
        { row, seed, by: 'steps', x: step, loss },
        { row, seed, by: 'seconds of training', x: seconds, loss },
      ]),
  );
  if (rows.length === 0) return undefined;
  return {
    title: 'Held-out loss on the way, 15 % of tokens asked; seconds are of the machine that ran, looks left out',
    alt: `Held-out loss of ${recipe.name} by steps and by seconds`,
    rows,
    spec: {
      facet: name('by'),
      columns: 2,
      resolve: { scale: { x: 'independent' } },
      spec: {
        ...{ width: 220, height: 200, mark: { type: 'line', strokeWidth: 1.5 } },
        encoding: {
          ...{ x: quantity('x', ''), y: quantity('loss', 'loss (nats)'), detail: name('seed') },
          color: name('row', null, { legend: { symbolOpacity: 1, columns: 2, labelLimit: 260 } }),
        },
      },
    },
  };
}

/** Differences from the baseline with intervals, published ones as hollow diamonds. */
export function forestPlot(judged: JudgedRecipe): Figure | undefined {
  const rows = directionRows(judged)
    .filter(({ column }) => judged.columns.find((one) => one.name === column)?.metric !== 'loss')
    .map(({ row, column, ours, low, high, published }) => ({
      what: `${row}, ${column}`,
      ours,
      low: low ?? ours,
      high: high ?? ours,
      ...(published !== undefined && { published }),
    }));
  if (rows.length === 0) return undefined;
  const y = name('what');
  const x = (field: string) =>
    quantity(field, `difference from ${judged.recipe.baseline} (points)`, { scale: { zero: true } });
  return {
    title: 'Difference from the baseline, 95 % intervals; diamonds: published',
    alt: `Forest plot of ${judged.recipe.name}: our differences with intervals beside the published ones`,
    rows,
    spec: {
      width: 320,
      height: { step: 17 },
      layer: [
        { mark: { type: 'rule', color: '#808080' }, encoding: { x: { datum: 0 } } },
        { mark: { type: 'rule', color: '#2563eb' }, encoding: { y, x: x('low'), x2: { field: 'high' } } },
        { mark: { type: 'point', filled: true, size: 45, color: '#2563eb' }, encoding: { y, x: x('ours') } },
        {
          transform: [{ filter: 'isValid(datum.published)' }],
          mark: { type: 'point', shape: 'diamond', size: 80, color: '#dc2626' },
          encoding: { y, x: x('published') },
        },
      ],
    },
  };
}

/** A figure against a rate, for rows whose names hold one: mean with one standard deviation around it. */
export function rateSweep({ recipe, cells, columns }: JudgedRecipe): Figure | undefined {
  const rows = cells.flatMap(({ row, column, mean, sd }) => {
    const metric = columns.find((one) => one.name === column)?.metric;
    const percent = /^(.*?) (\d+) %(.*)$/.exec(row);
    const share = /^(DropToken) (0\.\d+)$/.exec(row);
    if (metric !== 'accuracy' || !(percent || share)) return [];
    const rate = percent ? Number(percent[2]) : 100 * Number(share?.[2]);
    const kind = percent ? `${percent[1]}${percent[3]}` : column;
    const spread = Number.isNaN(sd) ? 0 : sd;
    return [
      {
        rate,
        kind: percent && column.includes(',') ? `${kind}, ${column.split(', ')[1]}` : kind,
        accuracy: mean,
        low: mean - spread,
        high: mean + spread,
      },
    ];
  });
  if (rows.length < 3 || new Set(rows.map(({ rate }) => rate)).size < 3) return undefined;
  const x = quantity('rate', 'rate (%)', { scale: { zero: true } });
  const color = name('kind', null, { legend: { symbolOpacity: 1, columns: 2, labelLimit: 260 } });
  return {
    title: 'Accuracy against the rate, ± one standard deviation over seeds',
    alt: `Accuracy of ${recipe.name} against the rate`,
    rows,
    spec: {
      width: 460,
      height: 240,
      layer: [
        {
          mark: { type: 'errorband', opacity: 0.15 },
          encoding: { x, y: quantity('low', 'accuracy (%)'), y2: { field: 'high' }, color },
        },
        {
          mark: { type: 'line', point: true, strokeWidth: 1.5 },
          encoding: { x, y: quantity('accuracy', 'accuracy (%)'), color },
        },
      ],
    },
  };
}

/** Who looks at whom, one panel a row and layer, from the first seed. */
export function attentionMaps({ recipe, rows, records }: JudgedRecipe): Figure | undefined {
  const points = rows.flatMap((row) => {
    const record = records.find(({ spec, extras }) => spec.row === row && extras?.attention);
    const map = record?.extras?.attention as AttentionMap | undefined;
    return (map?.layers ?? []).flatMap((matrix, layer) =>
      matrix.flatMap((weights, query) =>
        weights.map((weight, key) => ({
          row,
          layer: `layer ${layer + 1}`,
          query: `${String(query).padStart(2, '0')} ${map?.tokens[query]}`,
          key: `${String(key).padStart(2, '0')} ${map?.tokens[key]}`,
          weight,
        })),
      ),
    );
  });
  if (points.length === 0) return undefined;
  const axis = {
    labelExpr: 'slice(datum.label, 3)',
    labelAngle: 0,
    labelFontSize: 9,
    labelOverlap: false,
    ticks: false,
  };
  return {
    title: 'Attention on a line of verse, heads averaged: rows look at columns',
    alt: `Attention maps of ${recipe.name}; the diagonal of T-TA is empty`,
    rows: points,
    spec: {
      facet: {
        row: name('row', null, { header: { labelAngle: 0, labelAlign: 'left', labelLimit: 220 } }),
        column: name('layer'),
      },
      spec: {
        width: { step: 15 },
        height: { step: 15 },
        mark: 'rect',
        encoding: {
          x: name('key', null, { axis }),
          y: name('query', null, { axis }),
          color: quantity('weight', 'weight', { scale: { scheme: 'viridis', zero: true }, legend: null }),
        },
      },
    },
  };
}

/** All figures of a recipe that its runs allow. */
export const recipeFigures = (judged: JudgedRecipe): Figure[] =>
  [forestPlot, rateSweep, learningCurves, heldOutCurves, attentionMaps].flatMap((draw) => draw(judged) ?? []);
