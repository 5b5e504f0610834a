import { textTable } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { recipeOf } from '../recipes/all-recipes.ts';
import { type Size, sizes } from '../recipes/define-recipe.ts';
import { settingAt } from '../recipes/setting-at.ts';
import { settingPaths } from '../recipes/settings.ts';

/** Shows a recipe: claim, published tables, arms, and every setting that --set can change. */
export function showCommand(name: string, { size, json }: { readonly size: Size; readonly json: boolean }): void {
  const recipe = recipeOf(name);
  const settings = recipe.sizes[size];
  const arms = recipe.arms(settings);
  if (json) {
    const { claim, paper, published, data, startsFromEncoder, baseline, minutes } = recipe;
    process.stdout.write(
      `${JSON.stringify({ name, claim, paper, published, data, startsFromEncoder, baseline, minutes, size, settings, arms })}\n`,
    );
    return;
  }
  const out = [`${recipe.name}: ${recipe.claim}`, recipe.paper];
  for (const { caption, source, columns, rows, remark } of recipe.published) {
    const cells = Object.entries(rows).map(([row, values]) => [row, ...values.map((value) => value ?? '-')]);
    out.push('', textTable([caption, ...columns], cells), `${source}${remark ? `. ${remark}` : ''}`);
  }
  out.push('', `arms (baseline: ${recipe.baseline}): ${arms.map((arm) => arm.name).join(', ')}`);
  if (recipe.data.length > 0) out.push(`reads: ${recipe.data.join(', ')}`);
  out.push('', `settings of size ${size}, each for --set:`);
  for (const path of settingPaths(settings)) out.push(`  ${path}=${JSON.stringify(settingAt(settings, path))}`);
  process.stdout.write(`${out.join('\n')}\n`);
}

/** Declares `bench show`. */
export function addShow(program: Command): void {
  program
    .command('show')
    .description('a recipe: claim, published figures, arms and settings')
    .argument('<recipe>', 'see bench list')
    .addOption(new Option('--size <size>', 'whose settings').choices([...sizes]).default('laptop'))
    .option('--json', 'one JSON object', false)
    .addHelpText('after', '\nExample: pnpm bench show r-drop')
    .action(showCommand);
}
