import { type EngineName, engineNames } from '@cloze/backend';
import { whole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { trainOnBoth } from '../device/train-on-both.ts';

/** Options of the check of a device. */
export interface DeviceOptions {
  readonly engine: EngineName;
  readonly layers: number;
  readonly width: number;
  readonly batch: number;
  readonly length: number;
  readonly steps: number;
  readonly json: boolean;
}

/** Losses of a device may be this far apart from the processor's, as a share: its sums are taken in another order. */
const allowed = 1e-3;

/** Trains on a device and on the processor. @throws where the device is not there, or its losses are others */
export async function deviceCommand({ engine, steps, json, ...work }: DeviceOptions): Promise<void> {
  const found = await trainOnBoth(engine, work, steps);
  const { apart, step, stepOnProcessor, devices, losses } = found;
  process.stdout.write(
    json
      ? `${JSON.stringify(found)}\n`
      : `${engine} (${devices.join(', ')}), ${found.work}, ${steps} steps: last loss ${losses.at(-1)?.toFixed(6)}, at most ${apart.toExponential(1)} of it apart from the processor's; ` +
          `a step ${step.toFixed(1)} ms, on the processor ${stepOnProcessor.toFixed(1)}\n`,
  );
  if (apart > allowed)
    throw new Error(
      `${engine} computes something else: losses are ${apart.toExponential(1)} apart, at most ${allowed} is allowed.`,
    );
}

/** Declares `qa device`. */
export function addDevice(program: Command): void {
  program
    .command('device')
    .description('train the same steps on a device, by a provider of ONNX Runtime, and on the processor, and compare')
    .addOption(new Option('--engine <name>', 'which device').choices(engineNames).default('onnx:webgpu'))
    .option('--layers <number>', 'layers of the encoder', whole(1), 2)
    .option('--width <number>', 'its width', whole(64), 128)
    .option('--batch <number>', 'rows of a batch', whole(1), 32)
    .option('--length <number>', 'tokens of a row', whole(8), 64)
    .option('--steps <number>', 'training steps, the first not timed', whole(2), 10)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa device --engine onnx:webgpu --json')
    .action(deviceCommand);
}
