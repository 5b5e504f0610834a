export { maskingContract } from './contract/masking-contract.ts';
