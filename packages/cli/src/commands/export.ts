import { existsSync } from 'node:fs';
import { type ExportTask, exportTasks, type OnnxDtype, onnxDtypes } from '@cloze/models';
import { openModel, saveOnnx } from '@cloze/models/node';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { say } from '../terminal/say.ts';
import { UsageError } from '../terminal/usage-error.ts';

interface ExportCommandOptions {
  readonly out: string;
  readonly task?: ExportTask;
  readonly dtype: readonly OnnxDtype[];
  readonly json: boolean;
}

/** Types of numbers from a list with commas. */
function dtypesOf(list: string): OnnxDtype[] {
  return list.split(',').map((name) => {
    const found = onnxDtypes.find((dtype) => dtype === name.trim());
    if (!found) throw new InvalidArgumentError(`'${name}' is none of ${onnxDtypes.join(', ')}.`);
    return found;
  });
}

/** Writes a model as a folder of ONNX files. */
export async function exportCommand(
  name: string,
  { out, task, dtype: dtypes, json }: ExportCommandOptions,
): Promise<void> {
  if (existsSync(out))
    throw new UsageError(`--out ${out} exists; name a folder that does not, for nothing is replaced.`);
  // Nothing is computed: the engine that is always there will do.
  const model = await openModel(name, { engine: 'reference', say });
  try {
    const { files, ...about } = await saveOnnx(out, model, { task, dtypes });
    for (const note of about.notes) say(`${note}.`);
    if (json) process.stdout.write(`${JSON.stringify({ folder: out, ...about, files })}\n`);
    else {
      const names = Object.entries(files).map(([file, bytes]) => `${file} ${(bytes / 1e6).toFixed(1)} MB`);
      process.stdout.write(`${about.task}, opset ${about.opset}: ${names.join(', ')}   → ${out}\n`);
    }
  } finally {
    model.dispose();
  }
}

/** Declares `cloze export`. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write a model as ONNX, in the folder that transformers.js and optimum read')
    .argument('<model>', 'a folder as Hugging Face lays it out, or a hub id')
    .addOption(new Option('--to <format>', 'the format').choices(['onnx']).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where it goes; must not be there')
    .addOption(
      new Option('--task <name>', 'what it does; default what the checkpoint is for').choices([...exportTasks]),
    )
    .addOption(
      new Option('--dtype <list>', `types of numbers, a file each: ${onnxDtypes.join(', ')}`)
        .argParser(dtypesOf)
        .default(['float32'], 'float32'),
    )
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze export reviews-model --to onnx --out reviews-onnx --dtype float32,int8')
    .action(exportCommand);
}
