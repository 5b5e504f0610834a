import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { exampleScripts } from './example-scripts.ts';

/**
 * Runs the ```ts fences of READMEs and docs: `expression; // => value` is an assertion, compared as JSON; then compiles them as a strict user does.
 * Examples run against the sources, in the folder of their package, so imports are written as a user writes them.
 */
const files = [
  ...readdirSync('packages').map((name) => `packages/${name}/README.md`),
  'README.md',
  'docs/one-sentence.md',
  'docs/adding.md',
  ...['docs/guides', 'docs/articles'].flatMap((folder) =>
    readdirSync(folder)
      .map((name) => `${folder}/${name}`)
      .filter((path) => /^```ts\n/m.test(readFileSync(path, 'utf8'))),
  ),
];
const problems: string[] = [];
const nameOf = new Map<string, string>();
let assertions = 0;
for (const file of files) {
  const examples = exampleScripts(readFileSync(file, 'utf8'));
  if (examples.length === 0) problems.push(`${file}: no runnable example`);
  for (const [number, { script, assertions: held }] of examples.entries()) {
    assertions += held;
    // Pages about all packages run where all of them can be imported.
    const folder = file.startsWith('packages/') ? dirname(file) : 'apps/bench';
    const path = resolve(join(folder, `.example-${nameOf.size}.ts`));
    nameOf.set(path, `${file}, example ${number + 1}`);
    writeFileSync(path, script);
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      problems.push(`${nameOf.get(path)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
const program = ts.createProgram([...nameOf.keys()], {
  ...{ target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'], types: ['node'] },
  ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noEmit: true },
  ...{ customConditions: ['@cloze/source'], allowImportingTsExtensions: true, skipLibCheck: true },
  ...{ strict: true, exactOptionalPropertyTypes: true },
});
for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
  const name = file && nameOf.get(resolve(file.fileName));
  if (!file || !name) continue;
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  problems.push(
    `${name} does not compile strictly: '${file.text.split('\n')[line]?.trim()}': ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}
for (const path of nameOf.keys()) rmSync(path);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${assertions} assertions in examples\n`);
process.exit(problems.length > 0 || assertions === 0 ? 1 : 0);
