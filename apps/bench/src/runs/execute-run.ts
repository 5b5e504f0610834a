import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Engine } from '@cloze/backend';
import { canonicalJson, recordFiles, sealOf, specHash } from '@cloze/sweeps/node';
import { nodeFiles } from '@cloze/trainer/node';
import { hashFile, writeWhole } from 'cloze/terminal';
import { recipeOf } from '../recipes/all-recipes.ts';
import type { RunResult } from '../recipes/define-recipe.ts';
import { dataFolder } from '../recipes/parts/data-folder.ts';
import type { Lab } from '../recipes/parts/lab.ts';
import { type Begun, engineFor, forgetBegun, keepBegun, readBegun } from './begun.ts';
import { checkpointFolders } from './checkpoint-folders.ts';
import { describeMachine } from './describe-machine.ts';
import { readText } from './read-text.ts';
import { resolveArm } from './resolve-arm.ts';
import { logOf } from './run-log.ts';
import type { Manifest, ScoreFile } from './run-record.ts';
import type { RunSpec } from './run-spec.ts';
import { scoreText } from './score-file.ts';
import { scoreSet } from './score-set.ts';

/** What a run needs besides its spec: where things are on this machine. */
export interface RunPlace {
  readonly folder: string;
  readonly data: string | undefined;
  readonly encoder: string | undefined;
  readonly threads: number;
}

/** Figures as they are recorded. @throws {Error} naming figures of predictions that are no numbers: such a run has not ended well */
function figuresOf({ predictions, measures, extras }: RunResult, say: (line: string) => void): ScoreFile {
  const scores = predictions.flatMap(scoreSet);
  const wrong = scores.filter(({ value }) => !Number.isFinite(value));
  if (wrong.length > 0)
    throw new Error(
      `${wrong.map(({ set, metric, value }) => `${set}, ${metric} is ${value}`).join('; ')}: the weights that came out are no good. Lower the learning rate.`,
    );
  // JSON would make null of them.
  const unknown = Object.entries(measures).filter(([, value]) => !Number.isFinite(value));
  for (const [name, value] of unknown) say(`${name} is ${value} and is left out of the record.`);
  return {
    scores,
    measures: Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value))),
    ...(extras && { extras }),
  };
}

/** Writes all files of a record, the manifest last: each is on the disk before the next, and before checkpoints go. */
async function writeRecord(
  { folder, threads }: RunPlace,
  spec: RunSpec,
  result: RunResult,
  {
    engine,
    begun,
    data,
    drawn,
    lastSteps,
    seconds,
    say,
  }: {
    readonly engine: Engine;
    readonly begun: Begun;
    readonly data: Manifest['data'];
    readonly drawn: readonly string[];
    readonly lastSteps: Readonly<Record<string, number>>;
    readonly seconds: number;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const lines = result.predictions.flatMap(({ name, kind, lines: own }) =>
    own.map((line) => `${JSON.stringify({ set: name, kind, ...line })}\n`),
  );
  const figures = figuresOf(result, say);
  writeWhole(join(folder, 'predictions.jsonl'), lines.join(''));
  writeWhole(join(folder, 'scores.json'), scoreText(figures));
  const steps = join(folder, 'steps.jsonl');
  if (!existsSync(steps) && Object.keys(lastSteps).length > 0)
    throw new Error(`${steps} is gone: it was removed while the run wrote it. The same command begins the run again.`);
  // Once more, whole: lines that were added one by one are on the disk only now.
  writeWhole(steps, existsSync(steps) ? readText(steps) : '');
  const files = await Promise.all(
    recordFiles(folder).map(async (name) => [name, (await hashFile(join(folder, name))).sha256] as const),
  );
  const manifest: Manifest = {
    schema: 2,
    spec: specHash(spec),
    ...describeMachine(),
    engine: { name: engine.name, version: engine.version, threads },
    ...(begun.enginesBefore.length > 0 && { enginesBefore: begun.enginesBefore }),
    data,
    started: begun.started,
    finished: new Date().toISOString(),
    seconds,
    resumed: begun.times,
    ...(drawn.length > 0 && { drawn }),
    log: lastSteps,
    files: Object.fromEntries(files),
  };
  writeWhole(join(folder, 'manifest.json'), `${JSON.stringify({ ...manifest, seal: sealOf(manifest) }, null, 1)}\n`);
}

/**
 * Runs one spec in its folder and leaves a record; a run that was stopped goes on from its checkpoints.
 *
 * @throws {InterruptedError} when the signal was raised and everything is saved; anything else is a failure of the run
 */
export async function executeRun(
  spec: RunSpec,
  place: RunPlace,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<void> {
  const { folder, data, encoder, threads } = place;
  const recipe = recipeOf(spec.recipe);
  const { success, error: misfit } = recipe.settings.safeParse(spec.settings);
  if (!success) throw new Error(`${spec.recipe}: the settings do not fit the recipe: ${misfit.message}`);
  mkdirSync(folder, { recursive: true });
  // The scheduler's lease ends with the scheduler: a child that outlived it is still here, saving.
  const unlock = await nodeFiles().lock(folder);
  const clock = performance.now();
  const seconds = () => (performance.now() - clock) / 1000;
  try {
    const specPath = join(folder, 'spec.json');
    if (existsSync(specPath) && readText(specPath) !== `${canonicalJson(spec)}\n`)
      throw new Error(`${folder} was begun with other settings; choose another --out, or remove it.`);
    writeWhole(specPath, `${canonicalJson(spec)}\n`);
    const before = readBegun(folder);
    const engine = await engineFor(folder, before);
    const { name, version } = engine;
    const used = before.engine && `${before.engine.name} ${before.engine.version}`;
    const others = used === undefined || used === `${name} ${version}` ? [] : [used];
    if (others.length > 0) say(`begun on ${used}, goes on on ${name} ${version}: the record says so.`);
    const begun: Begun = {
      ...before,
      engine: { name, version },
      enginesBefore: [...new Set([...before.enginesBefore, ...others])],
    };
    keepBegun(folder, { ...begun, times: before.times + 1 });
    const { lastSteps, ...log } = logOf(folder);
    const source = dataFolder(data);
    const drawn = new Set<string>();
    const lab: Lab = {
      engine,
      // The engines that have no threads to choose would refuse to be told.
      placement: /^(tensorflow|onnx)/.test(engine.name) ? { intraOpThreads: threads, interOpThreads: 1 } : {},
      seed: spec.seed,
      folder,
      data: source,
      encoder,
      keep: process.env.CLOZE_KEEP ? resolve(process.env.CLOZE_KEEP) : undefined,
      alike: specHash({ ...spec, seed: 0 }),
      signal,
      ...log,
      say,
      drawn: (names) => {
        for (const name of names) drawn.add(name);
      },
      now: () => performance.now() / 1000,
    };
    try {
      // The settings were resolved by this recipe; which one it is, is known by its name only.
      const result = await recipe.run(lab, spec.settings, resolveArm(recipe, spec));
      const total = before.seconds + seconds();
      const about = { engine, begun, data: source.files, drawn: [...drawn], lastSteps, seconds: total };
      await writeRecord(place, spec, result, { ...about, say });
    } catch (error) {
      try {
        keepBegun(folder, { ...begun, times: before.times + 1, seconds: before.seconds + seconds() });
      } catch {
        // A disk that is full now: what ended the run is the error that matters.
      }
      throw error;
    } finally {
      engine.dispose();
    }
    forgetBegun(folder);
    for (const passing of ['failure.json', ...checkpointFolders(folder)])
      rmSync(join(folder, passing), { recursive: true, force: true });
  } finally {
    await unlock();
  }
}
