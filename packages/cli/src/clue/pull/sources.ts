import { type ClueTask, c3, chid, cluener, clueTasks, cmrc2018, glueTasks } from '@cloze/datasets';

/** Something to fetch for a task: one file, or a zip archive that holds the task's files under their official names, in any folder. */
export interface DataSource {
  readonly task: string;
  readonly url: string;
  /** Below a mirror or a folder given with `--from`. */
  readonly path: string;
  readonly form: 'zip' | 'file';
  readonly sha256?: string;
  readonly bytes?: number;
}

const clue = 'https://storage.googleapis.com/cluebenchmark/tasks';
const fewClue = 'https://raw.githubusercontent.com/CLUEbenchmark/FewCLUE/main/datasets';
const titles = 'https://raw.githubusercontent.com/ydli-ai/CSL/master/benchmark/ts';

// CLUE publishes no checksums. These are what Hugging Face's `datasets` recorded for its loader of CLUE (datasets/clue/dataset_infos.json,
// 2021). For the others none could be found: what is fetched first is pinned.
const recorded: Readonly<Record<string, readonly [bytes: number, sha256: string]>> = {
  afqmc: [1195044, '5a4cb1556b833010c329fa2ad2207d9e98fc94071b7e474015e9dd7c385db4dc'],
  tnews: [5123575, '77c476e70cfe0b014a81b84c6e1db2142a8a2f52f4ae0a8216aa75e673933462'],
  iflytek: [6505938, 'c59b961b29f1d0bad0c5e01aa62e4a61a80e9cfb980ce89b06c000851fbb3b06'],
  cmnli: [31404066, '3a3f3b1d3d27134cf11e585156f07fa050bd0a0836821c02696af0dbaa14513b'],
  cluewsc2020: [281384, 'ebe5f357b19392d601be401b2fd4246983f534809a078eab7bda1de418fb3ffe'],
  csl: [3234594, '795d1a2e475d59acad8236f6c5baba7a0b43d3e0508cb60f15ffbc76d5f437c4'],
};

function sourcesOf({ name, files }: ClueTask): readonly DataSource[] {
  if (name === 'sentiment')
    return [
      {
        task: name,
        url: 'https://raw.githubusercontent.com/bojone/bert4keras/master/examples/datasets/sentiment.zip',
        path: 'sentiment.zip',
        form: 'zip',
      },
    ];
  if (name === 'csl-title')
    return ['train.tsv', 'dev.tsv', 'test.tsv'].map((file) => ({
      task: name,
      url: `${titles}/${file}`,
      path: `csl-title/${file}`,
      form: 'file',
    }));
  if (['eprstmt', 'csldcp', 'bustm'].includes(name))
    return files
      .filter((file) => file.name !== 'train.json' && file.name !== 'dev.json')
      .map((file) => ({
        task: name,
        url: `${fewClue}/${name}/${file.name}`,
        path: `${name}/${file.name}`,
        form: 'file',
      }));
  const [bytes, sha256] = recorded[name] ?? [];
  const path = `${name}_public.zip`;
  return [
    {
      task: name,
      url: `${clue}/${path}`,
      path,
      form: 'zip',
      ...(bytes !== undefined && { bytes }),
      ...(sha256 !== undefined && { sha256 }),
    },
  ];
}

/** Tasks of CLUE whose answer is no label, in archives named like the others'. */
const reading: readonly ClueTask[] = [cmrc2018, c3, chid, cluener];

const glue = 'https://dl.fbaipublicfiles.com/glue/data';
/** Names of archives that are not those of their folders: the later versions. */
const corrected: Readonly<Record<string, string>> = { QQP: 'QQP-clean', QNLI: 'QNLIv2' };

/** An archive a task; MRPC's rights keep it out of any, and its files have to be made by GLUE's script. */
const glueSources: readonly DataSource[] = glueTasks.flatMap(({ name, folder }): DataSource[] => {
  const own = folder.replace(/^glue\//, '');
  const archive = `${corrected[own] ?? own}.zip`;
  if (name === 'mrpc') return [];
  if (name === 'ax') return [{ task: name, url: `${glue}/AX.tsv`, path: 'glue/AX.tsv', form: 'file' }];
  return [{ task: name, url: `${glue}/${archive}`, path: `glue/${archive}`, form: 'zip' }];
});

/** Where the official files of every task are fetched from. */
export const dataSources: readonly DataSource[] = [...[...clueTasks, ...reading].flatMap(sourcesOf), ...glueSources];

const isGlue = ({ path }: DataSource) => path.startsWith('glue/');

/** What can be asked for: tasks, and `glue` for all of GLUE's. */
export const pullNames: readonly string[] = [...new Set(dataSources.map(({ task }) => task)), 'glue'];

/** Sources of the tasks named; of none named all but GLUE's, which are ten times the others. */
export const sourcesNamed = (names: readonly string[]): readonly DataSource[] =>
  dataSources.filter((source) =>
    names.length === 0 ? !isGlue(source) : names.includes(source.task) || (names.includes('glue') && isGlue(source)),
  );
