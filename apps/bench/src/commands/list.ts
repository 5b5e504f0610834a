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

/** Lists recipes with claim, cost and needs. */
export function listCommand({ json }: { readonly json: boolean }): void {
  for (const recipe of allRecipes) {
    const about = described(recipe);
    if (json) process.stdout.write(`${JSON.stringify(about)}\n`);
    else
      process.stdout.write(
        `${about.name.padEnd(22)} ${about.claim}\n${''.padEnd(23)}${about.paper} · one seed on one core: ${sizes.map((size) => `${size} ${time(about.cost[size]?.minutesPerSeed ?? 0)}`).join(', ')}\n`,
      );
  }
}

/** Declares `bench list`. */
export function addList(program: Command): void {
  program
    .command('list')
    .description('all recipes: what is claimed, what it costs, what it needs')
    .option('--json', 'one JSON object a recipe', false)
    .addHelpText('after', '\nExample: pnpm bench list --json')
    .action(listCommand);
}
