// Runs every oracle that writes one JSON file anew, and compares what it says now with the fixture that tests are held against.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = 'tooling/oracles';
/** Numbers of another machine's kernels may differ in the last places. */
const tolerance = 2e-6;
/** What a fixture says of who wrote it: another version is no difference. */
const versions =
  /^(torch|transformers|captum|sklearn|scipy|nltk|rouge|sacrebleu|jiwer|statsmodels|numpy|minicons|tokenizers|versions?)$/;

/** The oracles whose usage is `python SCRIPT FIXTURE.json`. */
function oracles() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .flatMap((script) => {
      const source = readFileSync(join(folder, script), 'utf8');
      const usage = new RegExp(`usage: python ${script.replace('.', '\\.')} (\\S+\\.json)\\b`).exec(source);
      return usage ? [{ script, fixture: usage[1] }] : [];
    });
}

const packed = /^[A-Za-z0-9+/]{200,}=*$/;
const shown = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 120);

/** Places where two values differ, at most a few. */
function differences(now, then, place = '', found = []) {
  if (found.length >= 3) return found;
  if (typeof now === 'number' && typeof then === 'number') {
    if (!(Math.abs(now - then) <= tolerance * Math.max(1, Math.abs(then))) && !Object.is(now, then))
      found.push(`${place}: ${now}, was ${then}`);
  } else if (typeof now === 'object' && typeof then === 'object' && now !== null && then !== null) {
    for (const key of new Set([...Object.keys(now), ...Object.keys(then)]))
      if (!versions.test(key)) differences(now[key], then[key], `${place}/${key}`, found);
  } else if (typeof now === 'string' && typeof then === 'string' && packed.test(then) && now.length === then.length) {
    // Whole numbers of 16 bits over one scale: rounding may take the last step either way.
    const [a, b] = [now, then].map((text) => new Int16Array(new Uint8Array(Buffer.from(text, 'base64')).buffer));
    const at = a.findIndex((value, i) => Math.abs(value - b[i]) > 1);
    if (at >= 0) found.push(`${place}, number ${at}: ${a[at]}, was ${b[at]}`);
  } else if (now !== then) found.push(`${place}: ${shown(now)}, was ${shown(then)}`);
  return found;
}

/** @param python an interpreter with what the oracles ask for */
export function proveOracles(python) {
  const work = mkdtempSync(join(tmpdir(), 'cloze-oracles-'));
  let [passed, failed] = [0, 0];
  try {
    for (const { script, fixture } of oracles()) {
      const out = join(work, `${script}.json`);
      const { status, stderr } = spawnSync(python, [join(folder, script), out], { encoding: 'utf8' });
      const wrong =
        status === 0
          ? differences(JSON.parse(readFileSync(out, 'utf8')), JSON.parse(readFileSync(fixture, 'utf8')))
          : [stderr.trim().split('\n').at(-1) ?? `exit code ${status}`];
      if (wrong.length === 0) passed++;
      else failed++;
      process.stderr.write(
        `${wrong.length === 0 ? 'same' : 'OTHER'} ${fixture}${wrong.map((one) => `\n  ${one}`).join('')}\n`,
      );
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  return { passed, failed };
}
