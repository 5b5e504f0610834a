// Runs every example in the order of examples/README.md, as its last line says; one that is not listed fails.
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';

const listed = [...readFileSync('examples/README.md', 'utf8').matchAll(/^\| \[`([\w-]+\.ts)`\]/gm)].map(
  ([, file]) => file,
);
const unlisted = readdirSync('examples').filter((file) => file.endsWith('.ts') && !listed.includes(file));
let failed = unlisted.length;
for (const file of unlisted) process.stdout.write(`FAILED ${file}: examples/README.md does not list it\n`);
for (const file of listed) {
  const started = Date.now();
  const code = run('node', ['--import', 'tsx', '--conditions=@cloze/source', file], {
    cwd: 'examples',
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) failed++;
  process.stdout.write(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${file} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  );
}
process.stdout.write(`examples: ${listed.length + unlisted.length - failed} passed, ${failed} failed\n`);
process.exit(failed > 0 ? 1 : 0);
