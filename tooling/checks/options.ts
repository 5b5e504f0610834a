import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/**
 * Every exported function that takes options refuses a name there is not, and a number that is none, by name. What takes options is asked of
 * the compiler: a parameter that is called options, that is taken apart in the parameter list, or whose type is called …Options. Each is then
 * called with such options and nothing else, so that the options must be what it looks at first. What looks like options and is data, or is
 * looked at by another function first, stands below with its reason.
 */
const left = new Set([
  // Data: parameters of a model, a configuration, a batch, a vocabulary, the state of a run; and rules themselves.
  ...['backend adamStep 1', 'backend layerNorm 1', 'backend linear 1', 'backend rmsNorm 1', 'checks real 0'],
  ...['backend encodeOnnx 0', 'backend rowsInRuns 0', 'backend toFloat16 0', 'backend toInt8 0'],
  ...['datasets submissionOf 0', 'datasets/node readTaskFile 2'],
  ...['encoder configToHub 1'],
  ...['encoder detectReplaced 0', 'encoder detectReplaced 2', 'encoder electraLoss 0', 'encoder electraLoss 1'],
  ...['encoder encode 2', 'encoder cacheOf 3', 'encoder embedSentence 0'],
  ...['encoder decodeRemoved 1', 'eval gradientTimesInput 0', 'masking ngramIds 0', 'masking formatPmi 0'],
  ...[
    'masking similarByWordVectors 0',
    'masking wordNumbersFromBoundaries 0',
    'masking wordNumbersFromContinuations 0',
  ],
  ...[
    'models batchOrder 1',
    'models npy 0',
    'models trainOnce 2',
    'models trainOnce 6',
    'models modelBatch 0',
    'models scoringKindFor 0',
  ],
  ...['regularisers passesOf 0', 'trainer bestOf 1', 'trainer isExhausted 0'],
  ...['trainer isExhausted 1', 'trainer judgeEvaluation 3'],
  // Says all that is wrong with its settings at once, when it knows the model; pretrain.test.ts has it.
  'models/node pretrain 0',
  // Is given all settings of a training and takes three of them.
  'trainer joinReplicas 1',
]);

const text = '月';
const batch = { shape: [1, 1], ids: new Int32Array(1), segments: new Int32Array(1), attend: new Uint8Array(1) };
const more = { special: new Uint8Array(1), written: new Uint8Array(1), wordNumbers: new Int32Array(1) };
const maskable = { ...batch, ...more, maskable: new Uint8Array(1) };
const masking = { maskId: 0, candidates: { from: 0, to: 1 }, randomOf: () => ({ next: () => 0 }) };
const classes = { kind: 'classification', text: 'text', label: 'label' };
const rows = [
  { text, label: 'a' },
  { text, label: 'b' },
];
/** What must stand before the options, and among them, where that is looked at first. */
const right: Readonly<Record<string, { readonly before?: readonly unknown[]; readonly options?: object }>> = {
  'datasets batchByLength 1': { before: [[1]] },
  'encoder electraLoss 3': { before: [{}, {}, undefined] },
  'encoder encode 5': { before: ['bert', {}, {}, {}, undefined] },
  'masking similarByWordVectors 1': { before: [{}] },
  'eval calibration 2': { before: [[0.5], [true]] },
  'eval fitWhitening 1': {
    before: [
      [
        [1, 2],
        [2, 1],
        [0, 3],
      ],
    ],
  },
  'masking maskBatch 1': { before: [maskable], options: masking },
  'masking maskCopies 1': { before: [maskable], options: { ...masking, rate: 0.1, predictionRate: 0.2 } },
  'masking predictNext 1': { before: [maskable] },
  'masking predictPrefix 1': { before: [maskable] },
  'masking targetEveryToken 1': { before: [maskable] },
  'masking buildPmiVocabulary 1': { before: [() => [[text]]] },
  'masking presetNamed 1': { before: ['bert'] },
  'masking presetsNamed 1': { before: ['bert'] },
  'models fillMask 2': { before: [undefined, text] },
  'models fillMasks 2': { before: [undefined, text] },
  'models fineTune 1': { before: [{ maximumLength: 9 }], options: { task: classes, train: rows } },
  'models/node fineTune 1': {
    before: [{ maximumLength: 9, engine: { name: 'reference' } }],
    options: { task: classes, train: rows },
  },
  'models pretrain 0': { options: { texts: [text], engine: {}, layers: 1, width: 8, maxSteps: 1 } },
  'tokenizer encode 3': { before: [undefined, text, undefined] },
};

const root = process.cwd();
const entries = readdirSync('packages').flatMap((folder) => {
  const file: { name: string; exports?: Record<string, { '@cloze/source'?: string } | string> } = JSON.parse(
    readFileSync(join('packages', folder, 'package.json'), 'utf8'),
  );
  return Object.entries(file.exports ?? {}).flatMap(([entry, target]) =>
    typeof target === 'object' && target['@cloze/source']
      ? [[`${file.name}${entry.slice(1)}`, join(root, 'packages', folder, target['@cloze/source'])] as const]
      : [],
  );
});
const config = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', ts.sys.readFile).config, ts.sys, root);
const program = ts.createProgram(
  entries.map(([, file]) => file),
  config.options,
);
const checker = program.getTypeChecker();

/** What a function given wrong options says; undefined where it says nothing. */
async function saidOf(call: () => unknown): Promise<string | undefined> {
  try {
    const given = await call();
    // What gives its answers one by one looks at its options when the first is asked for.
    if (typeof given === 'object' && given !== null && 'next' in given && typeof given.next === 'function')
      await given.next();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

let looked = 0;
let numbers = 0;
const wrong: string[] = [];
const used = new Set<string>();
const seen = new Set<ts.Symbol>();
for (const [entry, file] of entries) {
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${file} is no module`);
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  for (const exported of checker.getExportsOfModule(symbol)) {
    const made = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const call = module[exported.name];
    if (seen.has(made) || typeof call !== 'function') continue;
    seen.add(made);
    const [signature] = checker.getTypeOfSymbol(made).getCallSignatures();
    for (const [at, parameter] of (signature?.getParameters() ?? []).entries()) {
      const { valueDeclaration: declared } = parameter;
      const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const called = type.aliasSymbol?.name ?? type.symbol?.name ?? '';
      const isApart = declared && ts.isParameter(declared) && ts.isObjectBindingPattern(declared.name);
      if (!isApart && !/Options$/.test(called) && !/^(options|given|asked)$/.test(parameter.name)) continue;
      if (type.getProperties().length === 0 || type.getCallSignatures().length > 0) continue;
      const key = `${entry.replace('@cloze/', '')} ${exported.name} ${at}`;
      if (left.has(key)) {
        used.add(key);
        continue;
      }
      looked++;
      const { before = Array.from({ length: at }), options: base } = right[key] ?? {};
      if (right[key]) used.add(key);
      // At most a handful of arguments.
      const given = (options: object) => () => call(...before, { ...base, ...options });
      const said = await saidOf(given({ unheardOf: 1 }));
      if (!said?.includes("'unheardOf'")) wrong.push(`${key}: an option that there is not: ${said ?? 'no error'}`);
      for (const property of type.getProperties()) {
        const value = checker.getNonNullableType(checker.getTypeOfSymbol(property));
        if (!checker.isTypeAssignableTo(value, checker.getNumberType())) continue;
        numbers++;
        const answer = await saidOf(given({ [property.name]: Number.NaN }));
        if (!answer?.includes('NaN') || !answer.includes(property.name))
          wrong.push(`${key}: ${property.name} NaN: ${answer?.slice(0, 150) ?? 'no error'}`);
      }
    }
  }
}
for (const key of [...left, ...Object.keys(right)]) if (!used.has(key)) wrong.push(`${key} is left out and not there`);
for (const one of wrong) process.stderr.write(`${one}\n`);
process.stdout.write(
  `options: ${looked} of exported functions, ${numbers} numbers among them, ${wrong.length} not refused by name\n`,
);
process.exit(wrong.length > 0 ? 1 : 0);
