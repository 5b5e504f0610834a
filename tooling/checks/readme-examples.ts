import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

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
  const fences = [...readFileSync(file, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, body]) => body as string);
  if (fences.length === 0) problems.push(`${file}: no runnable example`);
  for (const [number, body] of fences.entries()) {
    const script = body.replace(
      /^(?:(const \w+) = )?(.+?);? \/\/ => (.+)$/gm,
      (_all, binding: string | undefined, expression: string, value: string) => {
        assertions++;
        const shown = binding
          ? `${binding} = ${expression};\n__is(${binding.slice(6)}, ${JSON.stringify(value)});`
          : `__is(${expression}, ${JSON.stringify(value)});`;
        return shown;
      },
    );
    // Pages about all packages run where all of them can be imported.
    const folder = file.startsWith('packages/') ? dirname(file) : 'apps/bench';
    const path = resolve(join(folder, `.example-${number}.ts`));
    writeFileSync(
      path,
      `const __plain = (x: unknown): unknown => ArrayBuffer.isView(x) ? Array.from(x as never) : x;\n` +
        `const __is = (x: unknown, expected: string) => { const got = JSON.stringify(x, (_k, v) => __plain(v)); if (got !== JSON.stringify((0, eval)('(' + expected + ')'))) throw new Error('got ' + got + ', the text says ' + expected); };\n${script}\nexport {};\n`,
    );
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
