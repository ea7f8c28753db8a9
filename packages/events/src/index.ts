export type { Coalesce } from '@watcher/core';
export {
  Action,
  actionName,
  isContainerEnd,
  isContainerPause,
  isContainerStart,
  isContainerStop,
} from './action.ts';
export type { OverflowDiagnostic, StreamDiagnostic } from './channel/diagnostics.ts';
export { EventChannel, type EventChannelOptions, type Producer } from './channel/event-channel.ts';
export type { StreamCoalesce } from './channel/held-events.ts';
export { type DockerAction, dockerEventMap } from './docker-event-map.ts';
export {
  type DockerChangeEvent,
  type DockerEvent,
  type FileAction,
  type FileChangeEvent,
  type FileEvent,
  type ForceReloadEvent,
  forceReload,
  isForceReload,
  needsReload,
} from './event-types.ts';
export { formatEvent } from './format-event.ts';
