import { wholeWord } from '@cloze/masking';
import { pretrain } from '@cloze/models/node';

const run = await pretrain({
  corpus: 'data/poems.txt',
  family: 'bert',
  layers: 2,
  width: 64,
  vocabularySize: 2000,
  mask: { ...wholeWord, rate: 0.3 },
  maxSteps: Number(process.argv[2] ?? 300),
  output: 'runs/examples/poems',
});
console.log(run.heldOut.pseudoPerplexity);
await run.model.save('runs/examples/mine');
console.log(await run.model.fillMask('床前明月[MASK]'));
