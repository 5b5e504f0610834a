import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

/** Runs every example, in the order of examples/README.md, as a user would; each must be listed, end by itself, and be short. */
const listed = [...readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[`([\w-]+\.ts)`\]/gm)].map(
  ([, name]) => name as string,
);
/** Lines of an example, without empty ones and comments: imports and all. */
const most = 22;
const there = readdirSync('examples').filter((name) => name.endsWith('.ts'));
const problems = [
  ...there.filter((name) => !listed.includes(name)).map((name) => `examples/README.md does not list ${name}`),
  ...listed
    .filter((name) => !there.includes(name))
    .map((name) => `examples/README.md lists ${name}, which is not there`),
];
rmSync('examples/runs', { recursive: true, force: true });
for (const name of listed.filter((file) => there.includes(file))) {
  const source = readFileSync(`examples/${name}`, 'utf8');
  const lines = source.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('//'));
  if (lines.length > most) problems.push(`${name} has ${lines.length} lines, at most ${most} are wanted`);
  const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from as string);
  for (const from of imported)
    if (!from.startsWith('@cloze/')) problems.push(`${name} imports '${from}': only published packages`);
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@cloze/source', name],
    { cwd: 'examples', encoding: 'utf8', timeout: 600_000 },
  );
  process.stdout.write(
    `${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (status !== 0) problems.push(`${name} ended with ${status}:\n${stdout}${stderr}`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`examples: ${listed.length} run, ${problems.length} problems\n`);
process.exit(problems.length > 0 || listed.length === 0 ? 1 : 0);
