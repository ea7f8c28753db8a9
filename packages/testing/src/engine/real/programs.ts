import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where daemons are installed, though a user's PATH may not say so. */
const ALSO = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The PATH on which programs are looked for here, and on which the daemons look for theirs. */
export function programPath(): string {
  const { PATH = '' } = process.env;
  return [...new Set([...PATH.split(delimiter), ...ALSO])].join(delimiter);
}

/** Where a program is, or undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  return programPath()
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Why a daemon that starts containers cannot run here, or undefined when it can. `needed`: program and package. */
export function missing(needed: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== 'linux') return `containers need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'starting a daemon needs root';
  if (!mayMount()) return 'starting containers needs the capability CAP_SYS_ADMIN, which this root lacks';
  for (const [program, packageName] of Object.entries(needed)) {
    if (!findProgram(program)) return `${program} is not installed (Debian: ${packageName})`;
  }
  const busybox = findProgram('busybox');
  if (!busybox) return 'busybox is not installed (Debian: busybox-static)';
  if (!isStatic(busybox)) return `${busybox} is not linked statically (Debian: busybox-static)`;
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayMount(): boolean {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const sysAdmin = 1n << 21n;
  return (BigInt(`0x${effective}`) & sysAdmin) !== 0n;
}

/** Whether a 64-bit ELF program needs no interpreter, and so runs in an image that holds nothing else. */
export function isStatic(path: string): boolean {
  const file = readFileSync(path);
  const headers = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const count = file.readUInt16LE(56);
  const interpreter = 3;
  return !Array.from({ length: count }, (_, i) => file.readUInt32LE(headers + i * size)).includes(
    interpreter,
  );
}
