import { describe, expect, it } from 'vitest';
import { sortTables } from '../terminal/sort-tables.ts';
import { explanationPage, htmlSentence } from './explanation-page.ts';
import { plainSentence } from './plain-sentence.ts';
import { terminalSentence } from './terminal-sentence.ts';

describe('a coloured sentence', () => {
  const tokens = [
    { token: '<b>', text: '<b>&', special: false, score: 2 },
    { token: '月', text: '月', special: false, score: -1 },
    { token: '光', text: '\u001b[2J', special: false, score: 0 },
  ];

  it('in HTML: red for, blue against, nothing of the text as markup', () => {
    const html = htmlSentence(tokens);
    expect(html).toContain('rgba(220,38,38,1.000)');
    expect(html).toContain('rgba(37,99,235,0.500)');
    expect(html).toContain('rgba(220,38,38,0.000)');
    expect(html).not.toContain('<b>');
    const page = explanationPage('</script><i>', 'model', 'saliency', { target: '<u>', value: -1, tokens });
    const ownScript = `<script>${sortTables}</script>`;
    expect(page.replace(ownScript, '')).not.toMatch(/<i>|<u>|<b>&amp;|<\/script/);
    expect(page).toContain('p = 0.3679');
  });

  it('on a terminal: 24-bit grounds, control characters of the text taken out', () => {
    const shown = terminalSentence(tokens);
    expect(shown).toContain('\u001b[48;2;220;38;38m');
    expect(shown).toContain('\u001b[48;2;146;177;245m');
    expect(shown).toContain('\u001b[48;2;255;255;255m');
    expect(shown).not.toContain('\u001b[2J');
  });

  it('without colour: a score and a bar', () => {
    expect(plainSentence(tokens).split('\n')).toEqual([
      '   2.0000  ++++++++++++++++++++  <b>&',
      '  -1.0000  ----------            月',
      `   0.0000  ${' '.repeat(20)}   [2J`,
    ]);
    expect(plainSentence([{ token: 'a', text: 'a', special: false, score: 0 }])).toContain('0.0000');
  });
});
