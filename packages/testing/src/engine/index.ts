export type { ContainerOptions } from './fake/containers.ts';
export type { DialectName } from './fake/dialect.ts';
export { FakeEngine, type FakeEngineOptions } from './fake/fake-engine.ts';
export type { Fault, FaultScope } from './fake/faults/fault.ts';
export type { Faults } from './fake/faults/faults.ts';
export type { EngineMessage, MessageInput } from './fake/message.ts';
export { DockerEngine, type DockerEngineOptions } from './real/docker-engine.ts';
export {
  type ContainerSummary,
  type CreateOptions,
  EngineError,
  type NetworkSummary,
  type PortSummary,
  type TestEngine,
} from './test-engine.ts';
