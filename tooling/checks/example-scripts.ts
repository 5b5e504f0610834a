/** A runnable example of a README. */
export interface ExampleScript {
  /** TypeScript whose comments `// => value` have become checks that throw. */
  readonly script: string;
  readonly assertions: number;
}

const checks =
  `const __plain = (x: unknown): unknown => ArrayBuffer.isView(x) ? Array.from(x as never) : x;\n` +
  `const __is = (x: unknown, expected: string) => { const got = JSON.stringify(x, (_k, v) => __plain(v)); if (got !== JSON.stringify((0, eval)('(' + expected + ')'))) throw new Error('got ' + got + ', the text says ' + expected); };\n`;

/** The ```ts fences of a text as scripts: `expression; // => value` is an assertion, compared as JSON. */
export function exampleScripts(markdown: string): readonly ExampleScript[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, body = '']) => {
    let assertions = 0;
    const script = body.replace(
      /^(?:(const \w+) = )?(.+?);? \/\/ => (.+)$/gm,
      (_all, binding: string | undefined, expression: string, value: string) => {
        assertions++;
        return binding
          ? `${binding} = ${expression};\n__is(${binding.slice(6)}, ${JSON.stringify(value)});`
          : `__is(${expression}, ${JSON.stringify(value)});`;
      },
    );
    return { script: `${checks}${script}\nexport {};\n`, assertions };
  });
}
