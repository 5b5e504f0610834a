import { describe, expect, it } from 'vitest';
import { htmlTable, page } from './page.ts';
import { sortTables } from './sort-tables.ts';

describe('page', () => {
  it('text from data cannot become markup or script', () => {
    const html = page('<b>', htmlTable(['a'], [['</td><script>alert(1)</script>']]), { x: '</script>' });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain(`<script>${sortTables}</script></body>`);
    expect(html).toContain('&#60;script&#62;');
  });
});
