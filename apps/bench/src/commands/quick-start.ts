import { quickStartCommand } from '@cloze/quick-start';
import { engineOption, whole } from 'cloze/terminal';
import type { Command } from 'commander';

/** Declares `bench quick-start`, which is also what runs without a command. */
export function addQuickStart(program: Command): void {
  program
    .command('quick-start', { isDefault: true })
    .description('pretrain an encoder on classical Chinese verse, measure it, fine-tune it, and write a report')
    .option('--seed <number>', 'every figure follows from it', whole(0), 1)
    .addOption(engineOption())
    .option('--steps <number>', 'pretraining steps, to try things out', whole(1))
    .option('--out <folder>', 'where the encoder and the report go', 'runs/quick-start')
    .option('--fresh', 'train again what was trained before', false)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench quick-start --seed 2')
    .action(quickStartCommand);
}
