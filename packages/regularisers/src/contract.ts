export { type ContractRegulariser, type ContractSettings, objectiveContract } from './contract/objective-contract.ts';
export type { SmallBatch, SmallObjective, SmallOutput, SmallParameters, SmallRows } from './contract/small-task.ts';
