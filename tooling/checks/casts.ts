import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { sourceFiles } from './source-files.ts';

/**
 * Counts, from the syntax tree, the places where a type is claimed instead of had: `as X as Y`, `as never`, `any`, `@ts-ignore`,
 * `@ts-expect-error`; in packages, apps, READMEs and examples, tests left out. Each needs its reason in a comment on its line or the one
 * above, and there must not be more than the ceiling.
 */
const ceiling = 15;

interface Found {
  readonly where: string;
  readonly what: string;
  readonly reasoned: boolean;
}

/** The TypeScript in a Markdown file, all else as empty lines, so that line numbers stay. */
function examplesOf(markdown: string): string {
  let inside = false;
  return markdown
    .split('\n')
    .map((line) => {
      const fence = /^```(\w*)/.exec(line);
      if (fence) inside = !inside && /^(ts|typescript|js)$/.test(fence[1] as string);
      return fence || !inside ? '' : line;
    })
    .join('\n');
}

const isAssertion = (node: ts.Node): node is ts.AsExpression | ts.TypeAssertion =>
  ts.isAsExpression(node) || ts.isTypeAssertionExpression(node);

function claimOf(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any';
  if (!isAssertion(node)) return undefined;
  let inner: ts.Node = node.expression;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  if (isAssertion(inner)) return 'double assertion';
  const counted =
    isAssertion(node.parent) || (ts.isParenthesizedExpression(node.parent) && isAssertion(node.parent.parent));
  return node.type.kind === ts.SyntaxKind.NeverKeyword && !counted ? 'as never' : undefined;
}

function claimsIn(path: string): Found[] {
  const text = readFileSync(path, 'utf8');
  const code = path.endsWith('.md') ? examplesOf(text) : text;
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const lines = code.split('\n');
  const found: Found[] = [];
  const add = (position: number, what: string) => {
    const { line } = source.getLineAndCharacterOfPosition(position);
    const comment = /(^|\s)(\/\/|\/\*|\*) /;
    const reasoned = what.startsWith('@')
      ? /@ts-\S+ \S+/.test(lines[line] as string)
      : comment.test(lines[line] as string) || comment.test(lines[line - 1] ?? '');
    found.push({ where: `${path}:${line + 1}`, what, reasoned });
  };
  const visit = (node: ts.Node): void => {
    const claim = claimOf(node);
    if (claim) add(node.getEnd(), claim);
    node.forEachChild(visit);
  };
  visit(source);
  for (const match of code.matchAll(/(?:\/\/|\/\*)\s*(@ts-(?:ignore|expect-error|nocheck))/g))
    add(match.index, match[1] as string);
  return found;
}

const found = ['packages', 'apps']
  .flatMap((folder) => sourceFiles(folder, ['README.md']))
  .concat('README.md')
  .flatMap(claimsIn);
const bare = found.filter(({ reasoned }) => !reasoned);
const outside = found.filter(({ where }) => /^apps\/|README\.md|\/examples\//.test(where));
process.stdout.write(
  `casts: ${found.length} (at most ${ceiling}), ${outside.length} of them in apps, READMEs and examples\n`,
);
if (found.length > ceiling) for (const { where, what } of found) process.stderr.write(`${where}: ${what}\n`);
for (const { where, what } of bare) process.stderr.write(`${where}: ${what} without its reason in a comment\n`);
process.exit(found.length > ceiling || bare.length > 0 ? 1 : 0);
