export type { ContractCase, ContractHarness, ContractSubject, ExpectedEvent } from './harness.ts';
export { watcherContract } from './watcher-contract.ts';
