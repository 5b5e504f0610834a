import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '@cloze/models/node';
import { writeWhole } from 'cloze/terminal';
import { recipeOf } from '../recipes/all-recipes.ts';
import { dataFolder } from '../recipes/parts/data-folder.ts';
import type { Lab } from '../recipes/parts/lab.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { checkpointFolders } from './checkpoint-folders.ts';
import { describeMachine } from './describe-machine.ts';
import { resolveArm } from './resolve-arm.ts';
import type { Manifest } from './run-record.ts';
import { type RunSpec, specHash } from './run-spec.ts';
import { scoreSet } from './score-set.ts';
import { truncatePhase } from './truncate-phase.ts';

/** What a run needs besides its spec: where things are on this machine. */
export interface RunPlace {
  readonly folder: string;
  readonly data: string | undefined;
  readonly encoder: string | undefined;
  readonly threads: number;
}

const records = ['spec.json', 'steps.jsonl', 'predictions.jsonl', 'scores.json'];

/**
 * Runs one spec in its folder and leaves a record; a run that was stopped goes on from its checkpoints.
 *
 * @throws {InterruptedError} when the signal was raised and everything is saved; anything else is a failure of the run
 */
export async function executeRun(
  spec: RunSpec,
  { folder, data, encoder, threads }: RunPlace,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const specPath = join(folder, 'spec.json');
  if (existsSync(specPath) && readFileSync(specPath, 'utf8') !== `${canonicalJson(spec)}\n`)
    throw new Error(`${folder} was begun with other settings; choose another --out, or remove it.`);
  writeWhole(specPath, `${canonicalJson(spec)}\n`);
  const begun = join(folder, 'begun.json');
  const before = existsSync(begun)
    ? (JSON.parse(readFileSync(begun, 'utf8')) as { started: string; times: number; seconds: number })
    : { started: new Date().toISOString(), times: 0, seconds: 0 };
  writeWhole(begun, JSON.stringify({ ...before, times: before.times + 1 }));
  const started = Date.now();
  const steps = join(folder, 'steps.jsonl');
  const recipe = recipeOf(spec.recipe);
  const { engine } = await openEngine();
  const source = dataFolder(data);
  const drawn = new Set<string>();
  const lab: Lab = {
    engine,
    placement: { intraOpThreads: threads, interOpThreads: 1 },
    seed: spec.seed,
    folder,
    data: source,
    encoder,
    signal,
    rewind: (phase, step) => truncatePhase(steps, phase, step),
    log: (line) => appendFileSync(steps, `${JSON.stringify(line)}\n`),
    say,
    drawn: (names) => {
      for (const name of names) drawn.add(name);
    },
    now: () => performance.now() / 1000,
  };
  try {
    // The settings were resolved by this recipe; which one it is, is known by its name only.
    const { predictions, measures, extras } = await recipe.run(lab, spec.settings as never, resolveArm(recipe, spec));
    writeWhole(
      join(folder, 'predictions.jsonl'),
      predictions
        .flatMap(({ name, kind, lines }) =>
          lines.map((line) => `${JSON.stringify({ set: name, kind, ...(line as object) })}\n`),
        )
        .join(''),
    );
    const scores = predictions.flatMap(scoreSet);
    writeWhole(join(folder, 'scores.json'), `${JSON.stringify({ scores, measures, ...(extras && { extras }) })}\n`);
    if (!existsSync(steps)) writeWhole(steps, '');
    const manifest: Manifest = {
      schema: 1,
      spec: specHash(spec),
      ...describeMachine(),
      engine: { name: engine.name, version: engine.version, threads },
      data: source.files,
      started: before.started,
      finished: new Date().toISOString(),
      seconds: before.seconds + (Date.now() - started) / 1000,
      resumed: before.times,
      ...(drawn.size > 0 && { drawn: [...drawn] }),
      files: Object.fromEntries(records.map((name) => [name, sha256(readFileSync(join(folder, name)))])),
    };
    writeWhole(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    for (const name of ['begun.json', 'failure.json']) rmSync(join(folder, name), { force: true });
    for (const name of checkpointFolders(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch (error) {
    writeWhole(
      begun,
      JSON.stringify({ ...before, times: before.times + 1, seconds: before.seconds + (Date.now() - started) / 1000 }),
    );
    throw error;
  } finally {
    engine.dispose();
  }
}
