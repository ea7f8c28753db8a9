export type { DockerProviderConfig, DockerWatchOptions } from './config.ts';
export type {
  ContainerEndReason,
  ContainerHealth,
  ContainerInfo,
  ContainerNetwork,
  ContainerPort,
  ContainerState,
} from './containers/container-info.ts';
export { type ContainersConfig, containers } from './containers/containers.ts';
export { type DockerConnectOptions, DockerWatcher, type DockerWatchStream } from './docker-watcher.ts';
export type { TlsOptions } from './endpoint/tls-settings.ts';
export type { DockerErrorCode } from './errors/fault.ts';
export {
  DockerFilter,
  type DockerFilters,
  type DockerFilterTerm,
  type DockerFilterValue,
  dockerFilter,
  dockerFilterContainerNameId,
  dockerFilters,
} from './filters/docker-filter.ts';
export type { BackoffOptions } from './session/retry.ts';
export type { DockerStreamState, DockerStreamStatus, StateDiagnostic } from './session/status.ts';
export type { DockerClient, EventsBody, EventsRequest } from './transport/client.ts';
export type { DockerConnection } from './transport/connector.ts';
export type {
  ContainerReader,
  ContainerSummary,
  DockerReader,
  ReadableBody,
  ReadOptions,
} from './transport/docker-reader.ts';
