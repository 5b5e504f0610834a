import { engineNames } from '@cloze/backend';
import { Option } from 'commander';

/** `--engine`, the same in every command. */
export const engineOption = () => new Option('--engine <name>', 'default: the best that works').choices(engineNames);
