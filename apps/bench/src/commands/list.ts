import { families } from '@cloze/encoder';
import { presets } from '@cloze/masking';
import type { Command } from 'commander';
import { allRecipes } from '../recipes/all-recipes.ts';
import { sizes } from '../recipes/define-recipe.ts';

/** A recipe as one JSON object. */
const described = (recipe: (typeof allRecipes)[number]) => ({
  name: recipe.name,
  claim: recipe.claim,
  paper: recipe.paper,
  data: recipe.data,
  startsFromEncoder: recipe.startsFromEncoder,
  cost: Object.fromEntries(
    sizes.map((size) => {
      const runs = recipe.arms(recipe.sizes[size]).length;
      return [
        size,
        { runsPerSeed: runs, minutesPerRun: recipe.minutes[size], minutesPerSeed: runs * recipe.minutes[size] },
      ];
    }),
  ),
});

const time = (minutes: number) =>
  minutes < 90
    ? `${minutes.toFixed(minutes < 10 ? 1 : 0)} min`
    : minutes < 2880
      ? `${(minutes / 60).toFixed(0)} h`
      : `${(minutes / 1440).toFixed(0)} days`;

/** What a recipe or `cloze pretrain` may name, families of encoders and what is hidden and asked; what may be asked one after another; losses that are functions of their own. */
const names = {
  families: families.map(({ name }) => name),
  objectives: presets.map(({ name }) => name),
  schedules: ['stages (AntLM; causal, then masked; rates that fall)', 'adaptive (AMLM; time-variant content)'],
  losses: [
    ...['electraLoss (ELECTRA)', 'denoisingLoss (TSDAE)', 'softMaskedLoss (Soft-Masked BERT)'],
    'encodeDropping (token dropping)',
  ],
};

/** Lists recipes with claim, cost and needs, then the families and objectives that there are. */
export function listCommand({ json }: { readonly json: boolean }): void {
  for (const recipe of allRecipes) {
    const about = described(recipe);
    if (json) process.stdout.write(`${JSON.stringify(about)}\n`);
    else
      process.stdout.write(
        `${about.name.padEnd(22)} ${about.claim}\n${''.padEnd(23)}${about.paper} · one seed on one core: ${sizes.map((size) => `${size} ${time(about.cost[size]?.minutesPerSeed ?? 0)}`).join(', ')}\n`,
      );
  }
  process.stdout.write(
    json
      ? `${JSON.stringify(names)}\n`
      : Object.entries(names)
          .map(([kind, all]) => `\n${kind}: ${all.join(', ')}\n`)
          .join(''),
  );
}

/** Declares `bench list`. */
export function addList(program: Command): void {
  program
    .command('list')
    .description('all recipes: what is claimed, what it costs, what it needs; every family and objective by name')
    .option('--json', 'one JSON object a recipe, and one of the names', false)
    .addHelpText('after', '\nExample: pnpm bench list --json')
    .action(listCommand);
}
