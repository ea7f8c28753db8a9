import { homedir } from 'node:os';

/** The user's own folder, as the Docker CLI has it: what the environment says goes before the system's records. */
export function homeDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  return env[platform === 'win32' ? 'USERPROFILE' : 'HOME'] || homedir();
}
