import { checkText } from './check-text.ts';

/** What is wrong with texts of a line, each by its name. */
export const textProblems = (texts: Readonly<Record<string, string>>): string[] =>
  Object.entries(texts).flatMap(([name, value]) => {
    const wrong = checkText(value);
    return wrong === undefined ? [] : [`${name} ${wrong}`];
  });
