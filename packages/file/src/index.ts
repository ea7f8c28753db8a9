export { ConfigFileWatcher, type ConfigFileWatcherOptions } from './config-file-watcher.ts';
export { DirectoryWatcher } from './directory-watcher.ts';
export type { FileWatcher } from './file-watcher.ts';
export type { FileInfo } from './files/file-info.ts';
export { type FilesOptions, files } from './files/files.ts';
export type { ChangesDiagnostic, DirectoryDiagnostic } from './observation/diagnostics.ts';
export type { FileWatcherOptions } from './options.ts';
