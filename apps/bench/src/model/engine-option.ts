import { Option } from 'commander';
import { engineNames } from './open-engine.ts';

/** `--engine`, the same in every command. */
export const engineOption = () => new Option('--engine <name>', 'default: the best that works').choices(engineNames);
