import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Text takes the page's colour, so that a figure is readable on light and dark; nothing is drawn behind it. */
const config = {
  background: 'transparent',
  font: 'system-ui, "Noto Sans CJK SC", sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    domainColor: 'rgba(128,128,128,.6)',
    tickColor: 'rgba(128,128,128,.6)',
    gridColor: 'rgba(128,128,128,.25)',
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
    // Names of rows are read whole; an axis' own limit is lost where layers share it.
    labelLimit: 400,
  },
  legend: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    labelFontSize: 12,
    titleFontSize: 12,
    orient: 'top',
  },
  title: { color: 'currentColor', fontWeight: 'normal', fontSize: 13, anchor: 'start' },
  header: { labelColor: 'currentColor', titleColor: 'currentColor' },
  text: { color: 'currentColor' },
  range: { category: ['#2563eb', '#dc2626', '#059669', '#d97706', '#7c3aed', '#0891b2', '#db2777', '#65a30d'] },
} as const;

/**
 * A vega-lite figure as SVG text: no script, no network, and the same bytes for the same data.
 *
 * Compute intervals before drawing: vega's own `errorband: ci` draws random numbers, so its bytes differ from run to run.
 *
 * @param spec a vega-lite specification; its own `config` wins over the house style
 * @throws {Error} when vega-lite cannot compile it
 */
export async function vegaSvg(spec: { readonly config?: object; readonly [part: string]: unknown }): Promise<string> {
  resetSVGDefIds();
  // Vega-Lite's own type of a specification is a union of hundreds, which a plain record does not narrow to.
  const whole: object = { ...spec, config: { ...config, ...spec.config } };
  const view = new View(parse(compile(whole as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
