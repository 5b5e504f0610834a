import { clueTasks } from '@cloze/datasets';
import { Argument, type Command } from 'commander';
import { checkCommand } from '../data/check/check-command.ts';
import { listCommand } from '../data/list-command.ts';
import { pinsName } from '../data/pull/pins.ts';
import { pullCommand } from '../data/pull/pull-command.ts';
import { submitCommand } from '../data/submit/submit-command.ts';

/** Declares `bench data list`, `pull`, `check` and `submit`. */
export function addData(program: Command): void {
  const data = program.command('data').description('data sets: what is known, fetch them, check them');
  const tasks = () => new Argument('[tasks...]', 'default all').choices(clueTasks.map(({ name }) => name));
  data
    .command('list')
    .description('the tasks: kind, labels, metric, folder, file to hand in')
    .option('--data <folder>', 'tell which files are there')
    .option('--json', 'one JSON object a task on stdout, with files and sources', false)
    .addHelpText('after', '\nExample: pnpm bench data list --data ~/clue-data')
    .action(listCommand);
  data
    .command('pull')
    .description('fetch the official files, compare them with checksums, and put them in place whole or not at all')
    .addArgument(tasks())
    .requiredOption('--data <folder>', 'where they go; made if it is not there')
    .option('--from <where>', 'a mirror’s address, or a folder with the archives fetched by other means')
    .option('--json', 'one JSON object a source on stdout', false)
    .addHelpText(
      'after',
      `
CLUE publishes no checksums: six archives are compared with those that Hugging Face's loader recorded in 2021; of the others what is
fetched first is pinned in ${pinsName} of the folder. Downloads go on where they stopped. The data sets keep their own licences.

Example: pnpm bench data pull tnews csl --data ~/clue-data`,
    )
    .action(pullCommand);
  data
    .command('check')
    .description('read every file: rows, bad lines, labels, lengths, duplicates within and across splits')
    .addArgument(tasks())
    .requiredOption('--data <folder>', 'a folder with clue/TASK/train.json and so on')
    .option('--json', 'one JSON object a file, pair of files, problem and summary on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench data check tnews ocnli --data ~/clue-data')
    .action(checkCommand);
  data
    .command('submit')
    .description('check files of predictions against their test files and zip them for CLUE’s site')
    .argument('<files...>', 'files with official names, such as tnews11_predict.json')
    .requiredOption('--data <folder>', 'a folder with the test files')
    .option(
      '--out <file>',
      'the archive, named submit_TEAM_DATE.zip as CLUE asks; without it the files are only checked',
    )
    .option('--json', 'one JSON object a file and a problem on stdout', false)
    .addHelpText(
      'after',
      '\nExample: pnpm bench data submit runs/tnews11_predict.json --data ~/clue-data --out submit_us_20261125.zip',
    )
    .action(submitCommand);
}
