import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { sourceFiles } from './source-files.ts';

/**
 * Finds lists spread into the arguments of a call that takes any number of them (`push(...rows)`, `Math.max(...lengths)`, a function of ours
 * with a rest parameter, `apply`), and elements taken off the front of a list (`shift()`, `splice(0, n)`): some 120,000 arguments overflow
 * the stack, and a list that is emptied from the front takes quadratic time. In packages, apps and tooling, tests left out. Where the list is
 * short for a reason, a comment on the line or the one above says so with the words `at most`.
 */
const variadic = new Set([
  ...['push', 'unshift', 'splice', 'concat', 'max', 'min', 'hypot', 'fromCharCode', 'fromCodePoint', 'of', 'apply'],
]);

const sources = ['packages', 'apps', 'tooling', 'examples']
  .flatMap((folder) => sourceFiles(folder))
  .map((path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

const takesAny = (node: ts.SignatureDeclaration) => node.parameters.some(({ dotDotDotToken }) => dotDotDotToken);

// Functions of ours that take any number of arguments, by name.
for (const source of sources)
  walk(source, (node) => {
    if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && node.name && takesAny(node))
      variadic.add(node.name.getText());
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer)) &&
      takesAny(node.initializer)
    )
      variadic.add(node.name.getText());
  });

const calleeOf = ({ expression }: ts.CallExpression | ts.NewExpression): string =>
  ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();

/** A list written out, of which each element is one argument: its length is known. */
const isWritten = (node: ts.Expression): boolean => {
  if (ts.isParenthesizedExpression(node)) return isWritten(node.expression);
  if (ts.isConditionalExpression(node)) return isWritten(node.whenTrue) && isWritten(node.whenFalse);
  return ts.isArrayLiteralExpression(node) && !node.elements.some(ts.isSpreadElement);
};

function faultOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const callee = calleeOf(node);
  const given = node.arguments ?? [];
  if (callee === 'shift' && given.length === 0) return 'shift() takes from the front';
  if (callee === 'splice' && given.length > 1 && given[0]?.getText() === '0')
    return 'splice(0, …) takes from the front';
  const isList = variadic.has(callee) && given.some((one) => ts.isSpreadElement(one) && !isWritten(one.expression));
  if (isList || (callee === 'apply' && given.length === 2)) return `${callee} is given a list as its arguments`;
  return undefined;
}

let found = 0;
for (const source of sources) {
  const lines = source.text.split('\n');
  walk(source, (node) => {
    const fault = faultOf(node);
    if (!fault) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    const reason = /\/\/.*\bat most\b/i;
    if (reason.test(lines[line] as string) || reason.test(lines[line - 1] ?? '')) return;
    found++;
    process.stderr.write(
      `${source.fileName}:${line + 1}: ${fault}: ${node.getText().replace(/\s+/g, ' ').slice(0, 90)}\n`,
    );
  });
}
process.stdout.write(`spreads: ${found} lists of data spread into arguments or emptied from the front\n`);
process.exit(found > 0 ? 1 : 0);
