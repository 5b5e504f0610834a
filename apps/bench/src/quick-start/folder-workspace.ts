import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { openCheckpoints } from '@cloze/trainer';
import { appendTo, nodeFiles, truncateLog } from '@cloze/trainer/node';
import { writeWhole } from 'cloze/terminal';
import type { Contender } from './contender.ts';
import { families } from './models.ts';
import type { TimedRecord, Workspace } from './workspace.ts';

/**
 * A workspace on the disk: encoders in `<folder>/<encoder>`, unfinished work and results in `<folder>/work`, under a name that follows
 * from the settings, so that other settings never meet.
 *
 * @param settings everything the figures follow from @param fresh forget what was done @param warn told of damaged files
 */
export function folderWorkspace(
  folder: string,
  {
    settings,
    fresh,
    warn,
  }: { readonly settings: unknown; readonly fresh: boolean; readonly warn: (message: string) => void },
): Workspace {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
  const at = ({ id }: Contender) => join(folder, 'work', `${id}-${digest}`);
  const resultFile = (contender: Contender) => join(at(contender), 'result.json');
  const forgotten = new Set<string>();
  const open = (contender: Contender): string => {
    const path = at(contender);
    if (fresh && !forgotten.has(path)) rmSync(path, { recursive: true, force: true });
    forgotten.add(path);
    mkdirSync(path, { recursive: true });
    return path;
  };
  return {
    recall: (contender) => {
      const file = join(open(contender), 'result.json');
      // The encoder may have been removed, or be that of other settings.
      const there = existsSync(file) && existsSync(join(folder, contender.id, 'model.safetensors'));
      if (!there) return undefined;
      const { encoder, result } = JSON.parse(readFileSync(file, 'utf8')) as { encoder: string; result: unknown };
      const saved = createHash('sha256').update(readFileSync(join(folder, contender.id, 'model.safetensors')));
      return saved.digest('hex') === encoder ? result : undefined;
    },
    remember: (contender, result) => {
      const saved = createHash('sha256').update(readFileSync(join(folder, contender.id, 'model.safetensors')));
      writeWhole(resultFile(contender), JSON.stringify({ encoder: saved.digest('hex'), result }));
      rmSync(join(at(contender), 'checkpoints'), { recursive: true, force: true });
    },
    openCheckpoints: (contender) =>
      openCheckpoints({
        folder: join(open(contender), 'checkpoints'),
        files: nodeFiles(),
        codec: { read: readSafetensors, write: writeSafetensors },
        saveTotalLimit: 1,
        warn,
      }),
    openLog: (contender) => {
      const file = join(open(contender), 'steps.jsonl');
      return {
        resume: (step) => {
          truncateLog(file, step);
          if (!existsSync(file)) return [];
          return readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as TimedRecord);
        },
        append: (record) => appendTo(file)(`${JSON.stringify(record)}\n`),
      };
    },
    saveEncoder: (contender, parameters, config, tokenizerFile) =>
      savePretrained(join(folder, contender.id), {
        parameters,
        config,
        family: families[contender.architecture],
        tokenizerFiles: { 'tokenizer.json': new TextEncoder().encode(tokenizerFile) },
      }),
  };
}
