import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { classicMask, type MaskSettings, maskSettings } from './parts/mask-settings.ts';
import { openEncoder } from './parts/open-start.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  mask: maskSettings,
  /** Widths and layers of the second model are these times the first's. */
  larger: z.strictObject({ layers: z.int().positive(), width: z.int().positive() }),
  /** Whether this arm is the larger model. */
  large: z.boolean(),
});
const base = { mask: { ...classicMask, replacement: 'mask' }, large: false } as const;
const sizes = transferSizes(base, ['tnews', 'iflytek', 'afqmc', 'ocnli']);

const percent = (rate: number) => `${Math.round(100 * rate)} %`;
const cell = (
  units: MaskSettings['units'],
  rate: number,
  replacement: MaskSettings['replacement'],
  large = false,
): Arm => ({
  name: `${units}-${rate.toFixed(2)}${replacement === 'classic' ? '-80-10-10' : ''}${large ? '-large' : ''}`,
  row: `${units} ${percent(rate)}${replacement === 'classic' ? ', 80/10/10' : ''}`,
  set: {
    'mask.units': units,
    'mask.corrupt': rate,
    'mask.predict': rate,
    'mask.replacement': replacement,
    large,
  },
});

/** "Should you mask 15 % in masked language modelling?" */
export const maskRate = defineRecipe({
  name: 'mask-rate',
  claim:
    '15 % is not the best rate: 40 % does better in large models, more for larger ones; [MASK] alone beats 80/10/10; uniform masking at its own best rate keeps up with spans and PMI.',
  paper: 'Wettig et al. 2022, arXiv 2202.08005',
  published: [
    {
      caption: 'GLUE dev, large model, efficient recipe',
      source: "DinkyTrain's README; the paper's own tables are images in the article",
      columns: ['MNLI', 'QNLI', 'QQP', 'SST-2'],
      rows: {
        'token 15 %': [84.2, 90.9, 87.8, 93.3],
        'token 30 %': [84.2, 91.6, 88.0, 93.0],
        'token 40 %': [84.5, 91.6, 88.1, 92.8],
        'token 50 %': [84.1, 91.1, 88.1, 92.7],
        'token 60 %': [83.2, 90.7, 87.8, 92.6],
        'token 80 %': [80.8, 87.9, 87.1, 90.5],
        'token 15 %, 80/10/10': [83.7, 90.4, 87.8, 93.2],
        'token 40 %, 80/10/10': [84.3, 91.2, 87.9, 93.0],
      },
      remark: 'no number of runs is given; differences of 0.3 are below what one run can show',
    },
  ],
  data: transferFiles,
  startsFromEncoder: 'always',
  settings,
  sizes: {
    tiny: { ...sizes.tiny, larger: { layers: 1, width: 2 } },
    laptop: { ...sizes.laptop, larger: { layers: 2, width: 2 } },
    full: { ...sizes.full, larger: { layers: 2, width: 1 } },
  },
  arms: () => [
    ...[0.15, 0.3, 0.4, 0.5, 0.6, 0.8].map((rate) => cell('token', rate, 'mask')),
    ...[0.15, 0.4, 0.8].flatMap((rate) => [cell('span', rate, 'mask'), cell('pmi', rate, 'mask')]),
    ...[0.15, 0.4].map((rate) => cell('token', rate, 'classic')),
    ...[0.15, 0.4, 0.8].map((rate) => cell('token', rate, 'mask', true)),
  ],
  baseline: 'token 15 %',
  minutes: { tiny: 0.15, laptop: 4, full: 100_000 },
  run: async (lab, { larger, large, encoder, mask, ...rest }) => {
    const { layers, width, heads } = encoder;
    const grown = {
      ...encoder,
      layers: layers * larger.layers,
      width: width * larger.width,
      heads: heads * larger.width,
    };
    const given = large ? await openEncoder(lab) : undefined;
    if (given) {
      const { config } = given;
      given.dispose();
      if (config.layers !== grown.layers || config.width !== grown.width)
        throw new Error(
          `mask-rate: the arms of the larger model go on from one of ${grown.layers} layers of ${grown.width}, --encoder has ${config.layers} of ${config.width}; run them by themselves (--arm) with such an encoder, or change larger.layers and larger.width.`,
        );
    }
    return pretrainAndTune(lab, { ...rest, encoder: large ? grown : encoder }, mask, {
      suffix: large ? `, ${larger.layers * layers} layers of ${width * larger.width}` : '',
    });
  },
});
