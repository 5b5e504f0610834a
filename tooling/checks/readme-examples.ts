import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exampleScripts } from './example-scripts.ts';

/**
 * Runs the ```ts fences of READMEs and docs: `expression; // => value` is an assertion, compared as JSON.
 * Examples run against the sources, in the folder of their package, so imports are written as a user writes them.
 */
const files = [
  ...readdirSync('packages').map((name) => `packages/${name}/README.md`),
  'README.md',
  'docs/one-sentence.md',
  'docs/adding.md',
];
const problems: string[] = [];
let assertions = 0;
for (const file of files) {
  const examples = exampleScripts(readFileSync(file, 'utf8'));
  if (examples.length === 0) problems.push(`${file}: no runnable example`);
  for (const [number, { script, assertions: held }] of examples.entries()) {
    assertions += held;
    // Pages about all packages run where all of them can be imported.
    const folder = file.startsWith('packages/') ? dirname(file) : 'apps/bench';
    const path = resolve(join(folder, `.example-${number}.ts`));
    writeFileSync(path, script);
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      problems.push(`${file}, example ${number + 1}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(path);
    }
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${assertions} assertions in examples\n`);
process.exit(problems.length > 0 || assertions === 0 ? 1 : 0);
