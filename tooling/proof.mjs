// `pnpm proof [SUBJECT]`: what continuous integration has no Python or no time for. Writes proof.json: when, at which commit, how many
// cases, subject by subject. `--list` shows how old each subject is; `--require-fresh` fails where one is older than its sources.
import './refuse-old-node.cjs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { proveOracles } from './proof/oracles.mjs';

const tsx = ['--import', 'tsx', '--conditions=@cloze/source'];
const qa = (...args) => [process.execPath, [...tsx, 'apps/qa/src/cli.ts', ...args, '--json']];

/** JSON objects of an output, one a line. */
const objects = (stdout) => stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

/** Runs tests; a skipped one would prove nothing and counts as failed. */
function tests(filters, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-proof-'));
  try {
    const out = join(folder, 'results.json');
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${out}`,
    ];
    spawnSync(process.execPath, [...args, ...filters], { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
    if (!existsSync(out)) return { passed: 0, failed: 1 };
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(out, 'utf8'),
    );
    const failed = numFailedTests + numPendingTests;
    return { passed: numPassedTests, failed: failed > 0 ? failed : numFailedTestSuites };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The interpreter with torch and transformers, made once. @param more files of further requirements */
function python(...more) {
  const made = spawnSync(process.execPath, ['tooling/peers/environment.mjs', ...more], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
  if (made.status !== 0) throw new Error('the Python environment could not be made; see above.');
  return made.stdout.trim();
}

/** What `qa fuzz` makes nothing of unless it is asked to. */
const nothing = ['safetensors', 'zips', 'configs', 'vocabularies', 'tensorflow-indexes', 'tokenizers', 'records'];

/** A subject that feeds readers wrong files. @param covers the readers @param asked how many of which */
function fuzzing(covers, ...asked) {
  const rest = nothing.filter((kind) => !asked.includes(`--${kind}`)).flatMap((kind) => [`--${kind}`, '0']);
  return {
    covers: [...covers, 'apps/qa/src/fuzz'],
    prove: () => {
      const { status, stdout } = spawnSync(...qa('fuzz', ...asked, ...rest), {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 2],
      });
      process.stdout.write(stdout);
      const sum = (of) => objects(stdout).reduce((total, result) => total + of(result), 0);
      return {
        passed: sum(({ files, crashes }) => files - crashes),
        failed: sum(({ crashes }) => crashes) || (status === 0 ? 0 : 1),
      };
    },
  };
}

/** Each subject: the sources it says something about, and how it is proved. */
const subjects = {
  'round-trips': {
    covers: [
      'packages/encoder/src',
      'packages/models/src',
      'packages/tokenizer/src',
      'tooling/oracles/encoder_pretrained.py',
      'tooling/oracles/models_go_on.py',
      'tooling/oracles/models_onnx.py',
      'tooling/peers/requirements.txt',
    ],
    prove: () =>
      tests(
        [
          'packages/encoder/src/checkpoint/round-trips',
          'packages/encoder/src/checkpoint/pretrained',
          'packages/models/src/node/go-on',
          'packages/models/src/node/onnx-readers',
        ],
        { CLOZE_PYTHON: python() },
      ),
  },
  // A key that a later transformers or sentence-transformers knows, and nobody has decided about, fails by name.
  keys: {
    covers: [
      'packages/encoder/src/families/config-keys.ts',
      'packages/encoder/src/checkpoint/source/sentence-settings.ts',
      'packages/tokenizer/src/tokenizer-keys.ts',
      'tooling/oracles/reader_keys.py',
      'tooling/peers/requirements.txt',
    ],
    prove: () => {
      const folder = mkdtempSync(join(tmpdir(), 'cloze-keys-'));
      try {
        const run = (...args) => spawnSync(python(), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
        const fetched = run('-m', 'pip', 'install', '-q', '--no-deps', '--target', folder, 'sentence-transformers');
        if (fetched.status !== 0) throw new Error('sentence-transformers could not be fetched; see above.');
        const { status, stdout } = run('tooling/oracles/reader_keys.py', '--check', folder);
        const [{ keys, new: fresh } = { keys: 0, new: ['?'] }] = objects(stdout);
        return { passed: keys - fresh.length, failed: fresh.length || (status === 0 ? 0 : 1) };
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  oracles: {
    covers: [
      'tooling/oracles',
      'tooling/proof/oracles.mjs',
      'packages/encoder/fixtures',
      'packages/eval/fixtures',
      'packages/regularisers/fixtures',
    ],
    prove: () => proveOracles(python('tooling/oracles/requirements.txt')),
  },
  equality: {
    covers: [
      'packages/backend/src',
      'packages/encoder/src',
      'packages/regularisers/src',
      'packages/trainer/src',
      'apps/qa/src/compiled-equals-eager',
    ],
    // On the best engine, and on the one that comes with npm.
    prove: () =>
      [{}, { CLOZE_ENGINE: 'onnx' }]
        .map((env) => tests(['apps/qa/src/compiled-equals-eager'], env))
        .reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed })),
  },
  // The site is built for it, and looked at in Chromium.
  playground: {
    covers: [
      'apps/playground',
      'site/.vitepress',
      'site/package-lock.json',
      'packages/masking/src',
      'packages/models/src',
    ],
    prove: () => {
      const built = spawnSync('npx', ['--yes', 'pnpm@10', 'site'], { stdio: ['ignore', 2, 2] });
      return built.status === 0 ? tests(['apps/playground']) : { passed: 0, failed: 1 };
    },
  },
  // Needs CLOZE_DATA, a folder of CLUE's and GLUE's files: without it the tests are skipped, which counts as failed. CLOZE_ENCODER is a trained Chinese
  // encoder to learn entities from as well, CLOZE_SIZE=long learns from eight times as many rows. Trainings that ended are kept in runs/ by what the
  // sources are, and are not done again.
  'fine-tuning': {
    covers: [
      'packages/encoder/src',
      'packages/models/src',
      'packages/models/test/ask-python.ts',
      'packages/models/test/beside-transformers.ts',
      'packages/models/test/kept-sides.ts',
      'packages/trainer/src',
      'tooling/oracles/models_dropout.py',
      'tooling/oracles/models_fine_tuning.py',
      'tooling/peers/requirements.txt',
    ],
    prove: () => {
      const sources = createHash('sha256').update(sourcesOf('fine-tuning')).digest('hex').slice(0, 12);
      const kept = join('runs', 'proof', `fine-tuning-${sources}`);
      return tests(['packages/models/src/node/fine-tuning-peers', 'packages/models/src/node/dropout-peers'], {
        CLOZE_PYTHON: python(),
        CLOZE_OUT: resolve(kept),
      });
    },
  },
  // The sides of `qa speedrun` are the same model, judged alike: from the same weights over the same batches PyTorch's losses are ours.
  speedrun: {
    covers: [
      'apps/qa/src/speedrun',
      'packages/encoder/src',
      'packages/trainer/src',
      'tooling/peers/torch_speedrun.py',
      'tooling/peers/requirements.txt',
    ],
    prove: () => tests(['apps/qa/src/speedrun/peer-run'], { CLOZE_PYTHON: python() }),
  },
  // Needs CLOZE_DATA; CLOZE_ENCODER names an encoder to begin from.
  'export-accuracy': {
    covers: ['packages/backend/src/export', 'packages/models/src/export'],
    prove: () => tests(['packages/models/src/node/export-accuracy']),
  },
  // A kind a process of its own, so that memory is one kind's. `pnpm proof fuzz` is all of them: about an hour and a half of one core.
  'fuzz-weights': fuzzing(['packages/encoder/src/checkpoint'], '--safetensors', '1000000', '--zips', '10000'),
  'fuzz-config': fuzzing(['packages/encoder/src/families'], '--configs', '1000000'),
  'fuzz-vocabulary': fuzzing(['packages/tokenizer/src'], '--vocabularies', '1000000'),
  'fuzz-tensorflow-index': fuzzing(['packages/encoder/src/checkpoint'], '--tensorflow-indexes', '1000000'),
  'fuzz-tokenizers': fuzzing(['packages/tokenizer/src'], '--tokenizers', '300000'),
  'fuzz-records': fuzzing(
    ['apps/bench/src/runs', 'apps/bench/src/report', 'apps/qa/src/fuzz', 'packages/sweeps/src/record'],
    '--records',
    '1000000',
  ),
  // What went wrong without a word once, done again: full disks, leases, torn and tampered records, killed parents. Some minutes.
  reproductions: {
    covers: [
      'apps/bench/src',
      'apps/qa/src/torture',
      'packages/backend/src',
      'packages/sweeps/src',
      'packages/trainer/src',
    ],
    prove: () => {
      const { status, stdout } = spawnSync(...qa('torture', '--reproduce', 'all'), {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 2],
      });
      process.stdout.write(stdout);
      const sum = (of) => objects(stdout).reduce((total, result) => total + of(result), 0);
      const failed = sum(({ failed, skipped }) => failed + skipped);
      return { passed: sum(({ passed }) => passed), failed: failed || (status === 0 ? 0 : 1) };
    },
  },
  // Every package by three package managers on four Nodes, as a user installs it; three quarters of an hour.
  rehearsal: {
    covers: ['.changeset', 'packages', 'tooling/checks/example-scripts.ts', 'tooling/release'],
    prove: () => {
      const { status, stdout } = spawnSync(
        process.execPath,
        ['--import', 'tsx', 'tooling/release/rehearse.ts', '--json'],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 2],
        },
      );
      process.stdout.write(stdout);
      const [{ passed, failed } = { passed: 0, failed: 1 }] = objects(stdout);
      return { passed, failed: failed || (status === 0 ? 0 : 1) };
    },
  },
  torture: {
    covers: ['packages/backend/src', 'packages/encoder/src', 'packages/trainer/src', 'apps/qa/src/torture'],
    prove: () => {
      const { status, stdout } = spawnSync(...qa('torture', '--kills', '300'), {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 2],
      });
      const [{ kills, runs, bitEqualRuns } = { kills: 0, runs: 1, bitEqualRuns: 0 }] = objects(stdout);
      return { passed: kills, failed: runs - bitEqualRuns || (status === 0 ? 0 : 1) };
    },
  },
};

const git = (...args) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim();
const known = existsSync('proof.json') ? JSON.parse(readFileSync('proof.json', 'utf8')) : {};

/** The sources of a subject as they are committed, by git's own hashes: a rebase leaves them as they are. */
const sourcesOf = (name) =>
  subjects[name].covers
    .map((path) => {
      const hash = git('rev-parse', '--verify', '--quiet', `HEAD:${path}`);
      if (hash === '') throw new Error(`tooling/proof.mjs: ${name} covers ${path}, which the commit does not have.`);
      return hash.slice(0, 12);
    })
    .join(' ');

/** Why a subject's proof does not hold for the sources as they are; undefined where it does. */
function staleness(name) {
  const proof = known[name];
  if (!proof) return 'never proved';
  if (proof.failed > 0) return `${proof.failed} failed on ${proof.date}`;
  if (proof.sources !== sourcesOf(name))
    return `proved ${proof.date} at ${proof.commit.slice(0, 7)}, its sources have changed since`;
  return undefined;
}

const [asked, ...more] = process.argv.slice(2);
if (asked === '--list' || asked === '--require-fresh') {
  let stale = 0;
  for (const name of Object.keys(subjects)) {
    const why = staleness(name);
    if (why) stale++;
    process.stdout.write(
      `${why ? 'older' : 'holds'} ${name}: ${why ?? `${known[name].passed} cases, ${known[name].date}`}\n`,
    );
  }
  process.exit(asked === '--require-fresh' && stale > 0 ? 1 : 0);
}
// `fuzz` is every subject whose name begins with it.
const chosen = Object.keys(subjects).filter((name) => !asked || name === asked || name.startsWith(`${asked}-`));
if (more.length > 0 || chosen.length === 0) {
  process.stderr.write(`usage: pnpm proof [fuzz | ${Object.keys(subjects).join(' | ')} | --list | --require-fresh]\n`);
  process.exit(2);
}
// What is proved must be what the commit says: sources with changes would be told as another's.
const touched = git('status', '--porcelain', '--', ...chosen.flatMap((name) => subjects[name].covers));
if (touched !== '') {
  process.stderr.write(`commit these first, or the proof is of no commit:\n${touched}\n`);
  process.exit(2);
}
let failures = 0;
for (const name of chosen) {
  const started = Date.now();
  const { passed, failed } = subjects[name].prove();
  failures += failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  const [date, commit] = [new Date().toISOString().slice(0, 10), git('rev-parse', 'HEAD')];
  known[name] = { date, commit, sources: sourcesOf(name), passed, failed, seconds };
  writeFileSync('proof.json', `${JSON.stringify(known, null, 2)}\n`);
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed (${seconds} s)\n`);
}
process.exit(failures > 0 ? 1 : 0);
