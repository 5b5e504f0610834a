import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { savePretrained } from '@cloze/encoder/node';
import type { LoadedModel } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import { canonicalJson, sha256 } from '@cloze/sweeps/node';
import { hashFile, writeWhole } from 'cloze/terminal';
import { z } from 'zod';
import { keptPath } from '../../runs/kept-weights.ts';
import { logOf } from '../../runs/run-log.ts';
import { readJson, readSteps } from '../../runs/run-record.ts';
import type { Lab, StepLine } from './lab.ts';
import { openEncoder } from './open-start.ts';
import { pretrainText } from './pretrain-text.ts';
import { takeFolder } from './take-folder.ts';
import type { TextSettings } from './text-settings.ts';
import { sourcesOf } from './training-text.ts';
import { partSchema } from './watch-pretraining.ts';

/** What is said of an encoder that was made. */
const madeSchema = z.object({
  bytes: z.int().positive(),
  sha256: z.string(),
  heldOut: z.array(z.object({ id: z.number(), loss: z.number(), tokens: z.int().min(0) })),
  measures: z.record(z.string(), z.number()),
  parts: z.array(partSchema),
});

/** An encoder that runs share; what it took, and its log, are absent for one of `--encoder`. */
export interface KeptEncoder {
  readonly encoder: LoadedModel;
  readonly made?: Readonly<z.infer<typeof madeSchema>> & { readonly steps: readonly StepLine[] };
}

/**
 * The encoder that follows from settings, seed and text: the one that is kept (`$CLOZE_KEEP`), or made now and kept, so that runs share it; with `--encoder` that one.
 *
 * @throws {Error} where no folder to keep it in is given, where what is kept there is not what was made, or where `--encoder` is of another family
 */
export async function keptEncoder(lab: Lab, name: string, settings: TextSettings, seed: number): Promise<KeptEncoder> {
  const { family = 'bert' } = settings.pretraining;
  const given = await openEncoder(lab, 'head');
  if (given && given.family !== family)
    throw new Error(`--encoder is a ${given.family}, this arm is of the family ${family}: choose --arm.`);
  if (given) return { encoder: given };
  const { data, keep } = lab;
  if (keep === undefined && data.root !== undefined)
    throw new Error('set CLOZE_KEEP to a folder outside of the clone: the encoder and its checkpoints are kept there.');
  const sources = sourcesOf(lab, settings.text.files);
  const hashes = data.files.filter(({ path }) => sources.includes(path)).map((file) => file.sha256);
  const key = `${name}-${sha256(canonicalJson([settings, seed, hashes])).slice(0, 12)}`;
  const folder = join(keep ?? lab.folder, keep === undefined ? 'checkpoints-kept' : 'encoders', key);
  const [told, weights] = [join(folder, 'made.json'), join(folder, 'encoder', 'model.safetensors')];
  const release = await takeFolder(lab, folder, 'makes this encoder');
  try {
    if (!existsSync(told)) {
      // Its log lies beside it: another run than the one that began it may end it.
      const { encoder, ...rest } = await pretrainText({ ...lab, ...logOf(folder) }, folder, settings, seed);
      await savePretrained(join(folder, 'encoder'), encoder.loaded);
      encoder.dispose();
      writeWhole(told, JSON.stringify({ ...(await hashFile(weights)), ...rest }));
      for (const passing of ['run', 'train.txt', 'poems.txt'])
        rmSync(join(folder, passing), { recursive: true, force: true });
    }
  } finally {
    await release();
  }
  const made = readJson(told, madeSchema);
  if (!existsSync(weights) || (await hashFile(weights)).sha256 !== made.sha256)
    throw new Error(`${weights} is not the file that ${told} tells of; remove ${folder}, and it is made again.`);
  if (keep !== undefined) data.note({ path: keptPath(keep, weights), bytes: made.bytes, sha256: made.sha256 });
  const { engine, placement, say } = lab;
  return {
    encoder: await openModel(join(folder, 'encoder'), { engine, placement, seed, say }),
    made: { ...made, steps: readSteps(folder) },
  };
}
