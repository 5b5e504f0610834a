import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'cloze-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const cli = [...['--import', 'tsx', '--conditions=@cloze/source'], join(import.meta.dirname, '..', 'cli.ts')];
const bench = (...words: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [...cli, ...words], { encoding: 'utf8', timeout: 100_000 });
const arm = 'tnews.drop-0.50';
const asked = (out: string, ...more: string[]) => [
  ...['run', 'drop-token', '--size', 'tiny', '--seeds', '1', '--arm', arm, '--out', out],
  ...more,
];
const runIn = (out: string) => join(out, 'drop-token', `${arm}-1`);
const sound = join(root, 'sound');
beforeAll(() => {
  expect(bench(...asked(sound)).status).toBe(0);
}, 120_000);

describe('a lease that cannot be taken', () => {
  it.each([
    [
      'junk',
      'lock-junk.json',
      'junk',
      'lock-junk.json does not say by whom. If no run is writing there, remove that file.',
    ],
    [
      'of a machine that has another name now',
      'lock-7-0000.1-0.json',
      JSON.stringify({ pid: 7, started: '00000000.1', host: 'former-name' }),
      'in use by process 7 on former-name. Wait for it, or choose another folder; if that machine is gone or has another name now, remove lock-7-0000.1-0.json.',
    ],
    [
      'of another scheduler',
      'lock-live.json',
      JSON.stringify({ pid: 1, started: readStart(1), host: hostname() }),
      `in use by process 1 on ${hostname()}.`,
    ],
  ])(
    '%s: nothing was done, so the exit code is 1, with the reason',
    (_what, name, content, reason) => {
      const out = mkdtempSync(join(root, 'lease-'));
      mkdirSync(join(runIn(out), 'lease'), { recursive: true });
      writeFileSync(join(runIn(out), 'lease', name), content);
      const { status, stderr } = bench(...asked(out));
      expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
      expect(stderr).toContain('was not begun: ');
      expect(existsSync(join(runIn(out), 'manifest.json'))).toBe(false);
      rmSync(join(runIn(out), 'lease', name));
      expect(bench(...asked(out)).status).toBe(0);
    },
    120_000,
  );

  it('a file in place of the folder, and a finished run with other settings', () => {
    const out = mkdtempSync(join(root, 'lease-'));
    mkdirSync(runIn(out), { recursive: true });
    writeFileSync(join(runIn(out), 'lease'), '');
    expect(bench(...asked(out))).toMatchObject({ status: 1, stderr: expect.stringContaining('was not begun: ') });
    const other = bench(...asked(sound, '--set', 'tune.train.steps=3'));
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('finished run with other settings')]);
  }, 120_000);
});

/** When a process started, as its lock says it. */
function readStart(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)}.${fields[19]}`;
  } catch {
    return '0';
  }
}

describe('what failed', () => {
  it('is told by its own reason, not by how the process was ended', () => {
    const out = mkdtempSync(join(root, 'reason-'));
    mkdirSync(runIn(out), { recursive: true });
    // The run cannot write its log.
    mkdirSync(join(runIn(out), 'steps.jsonl'));
    const { status, stderr } = bench(...asked(out));
    expect([status, stderr]).toEqual([1, expect.stringContaining('steps.jsonl is no file')]);
    const { reason } = JSON.parse(readFileSync(join(runIn(out), 'failure.json'), 'utf8')) as { reason: string };
    expect(reason).toContain('steps.jsonl is no file');
    expect(`${reason}${stderr}`).not.toContain('SIGTERM');
  }, 120_000);
});

describe('a torn record among good ones', () => {
  it('is named by verify and report, which go on with the others', () => {
    const out = join(root, 'torn');
    cpSync(sound, out, { recursive: true });
    cpSync(runIn(out), join(out, 'drop-token', 'other'), { recursive: true });
    const torn = join(out, 'drop-token', 'other', 'scores.json');
    writeFileSync(torn, readFileSync(torn, 'utf8').slice(0, -9));
    const verified = bench('verify', out);
    expect([verified.status, verified.stdout]).toEqual([1, expect.stringMatching(/^NOT SOUND {2}.*other$/m)]);
    expect(verified.stdout).toMatch(/^sound {2}.*tnews.drop-0.50-1$/m);
    const reported = bench('report', out);
    expect([reported.status, reported.stdout]).toEqual([1, expect.stringContaining('DropToken 0.50')]);
    expect(reported.stderr).toContain('scores.json is torn');
  }, 120_000);
});

describe('a record with paths for names', () => {
  it('is refused by rerun and report, and nothing outside is touched', () => {
    const out = join(root, 'names');
    cpSync(sound, out, { recursive: true });
    const outside = join(root, 'outside-1');
    mkdirSync(outside);
    writeFileSync(join(outside, 'manifest.json'), 'mine');
    const spec = join(runIn(out), 'spec.json');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace(arm, '../../outside'));
    const again = bench('rerun', runIn(out), '--out', join(root, 'again'));
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('arm: expected a name of letters')]);
    expect(readFileSync(join(outside, 'manifest.json'), 'utf8')).toBe('mine');
    const report = bench('report', out, '--keep', join(root, 'keep', 'deep'));
    expect([report.status, report.stderr]).toEqual([1, expect.stringContaining('arm: expected a name of letters')]);
    expect(existsSync(join(root, 'keep'))).toBe(false);
  }, 120_000);

  it('and escapes in a failure do not reach the terminal', () => {
    const out = join(root, 'escapes');
    cpSync(sound, out, { recursive: true });
    mkdirSync(join(out, 'drop-token', 'failed'));
    cpSync(join(runIn(out), 'spec.json'), join(out, 'drop-token', 'failed', 'spec.json'));
    writeFileSync(join(out, 'drop-token', 'failed', 'failure.json'), JSON.stringify({ reason: '\x1b[2Jgone' }));
    const { status, stderr } = bench('report', out);
    expect([status, stderr]).toEqual([0, expect.stringContaining('\\x1b[2Jgone')]);
  }, 120_000);
});

describe('a scheduler that is killed', () => {
  const until = async (found: () => boolean, seconds = 60) => {
    for (let i = 0; i < seconds * 50 && !found(); i++) await new Promise((done) => setTimeout(done, 20));
    expect(found()).toBe(true);
  };
  const locks = (out: string) =>
    existsSync(runIn(out)) ? readdirSync(runIn(out)).filter((name) => name.startsWith('lock-')) : [];

  it.each([
    ['before the training begins', (out: string) => locks(out).length > 0],
    ['in the training', (out: string) => existsSync(join(runIn(out), 'steps.jsonl'))],
  ])(
    '%s: its child saves and stops, and the run goes on from there',
    async (_when, ripe) => {
      const out = mkdtempSync(join(root, 'killed-'));
      const words = asked(out, '--set', 'tune.train.steps=3000', '--json');
      const parent = spawn(process.execPath, [...cli, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
      await until(() => ripe(out));
      parent.kill('SIGKILL');
      await until(() => locks(out).length === 0);
      expect(readFileSync(join(runIn(out), 'log.txt'), 'utf8')).toMatch(
        /the scheduler is gone[\s\S]*stopped in fine-tune/,
      );
      const saved = readdirSync(join(runIn(out), 'checkpoints-fine-tune-tnews'));
      expect(saved.filter((name) => /^checkpoint-\d+$/.test(name))).toHaveLength(1);
      // Another engine would end in other numbers.
      const { engine } = JSON.parse(readFileSync(join(runIn(out), 'begun.json'), 'utf8')) as {
        engine: { name: string };
      };
      if (engine.name.startsWith('tensorflow')) {
        const elsewhere = spawnSync(process.execPath, [...cli, ...words], {
          encoding: 'utf8',
          env: { ...process.env, CLOZE_LIBTENSORFLOW: join(root, 'nowhere') },
        });
        expect([elsewhere.status, elsewhere.stderr]).toEqual([
          1,
          expect.stringMatching(/was begun on tensorflow .*, which does not open now: .*CLOZE_LIBTENSORFLOW is/),
        ]);
      }
      // The lease of a dead scheduler holds nobody up.
      const again = bench(...words);
      expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('finished')]);
      expect(bench('verify', out)).toMatchObject({ status: 0 });
    },
    // Five processes one after another: a machine that others load needs minutes.
    400_000,
  );
});

const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt'], { stdio: 'ignore' }).status === 0;

describe.runIf(canMount)('a full disk', () => {
  /** Runs the bench with a file system of so many KiB for its records, and keeps what it left. */
  function onSmallDisk(kilobytes: number, ...more: string[]) {
    const mounted = mkdtempSync(join(root, 'disk-'));
    const left = mkdtempSync(join(root, 'left-'));
    const words = [process.execPath, ...cli, ...asked(mounted, ...more)].map((word) => `'${word}'`).join(' ');
    const script = `mount -t tmpfs -o size=${kilobytes}k none '${mounted}' && { ${words}; code=$?; cp -r '${mounted}/.' '${left}'; exit $code; }`;
    return { ...spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8', timeout: 100_000 }), left };
  }

  it.each([
    [4, 240, 'it begins', /disk is full/],
    [16, 240, 'it logs', /disk is full/],
    [32, 240, 'it writes its predictions', /disk is full \(writing .*predictions\.jsonl\)/],
    [
      48,
      240,
      'it writes the rest of its record',
      /disk is full \(writing .*(steps\.jsonl|scores\.json|manifest\.json)\)/,
    ],
    // So long a training is saved on the way.
    [64, 3000, 'it saves', /save: a checkpoint takes \d+ bytes, .* has \d+ free.*make room/],
  ])(
    'of %i KiB, full in a run of %i steps while %s: exit code 1, a reason, no record',
    (size, steps, _stage, reason) => {
      // A log line every step, so that the log outgrows the disk.
      const { status, stderr, left } = onSmallDisk(size, '--set', `tune.train.steps=${steps}`);
      expect([status, stderr]).toEqual([1, expect.stringMatching(reason)]);
      expect(stderr).not.toContain('    at ');
      expect(existsSync(join(runIn(left), 'manifest.json'))).toBe(false);
    },
    120_000,
  );
});
