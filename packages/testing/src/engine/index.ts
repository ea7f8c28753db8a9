export type { ContainerOptions } from './fake/containers.ts';
export type { DialectName } from './fake/dialect.ts';
export type { EngineRequest } from './fake/exchange.ts';
export { type EngineConnections, FakeEngine } from './fake/fake-engine.ts';
export type { FakeEngineOptions } from './fake/fake-engine-options.ts';
export type { Fault, FaultScope } from './fake/faults/fault.ts';
export type { Faults } from './fake/faults/faults.ts';
export type { EngineMessage, MessageInput } from './fake/message.ts';
export { DockerEngine, type RealEngineOptions } from './real/docker-engine.ts';
export { PodmanEngine } from './real/podman-engine.ts';
export {
  type ContainerSummary,
  type CreateOptions,
  EngineError,
  type NetworkSummary,
  type PortSummary,
  type TestEngine,
  type TestNetworks,
} from './test-engine.ts';
