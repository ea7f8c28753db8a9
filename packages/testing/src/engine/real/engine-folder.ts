import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

const PREFIX = 'watcher-engine-';
/** Says which process made the folder, and so whether anyone still needs it. */
const OWNER = 'owner';
/** Keeps two processes from removing the same folder. */
const REMOVER = 'remover';
/** Lists the network interfaces that its engine was told to make, which outlive it when it is killed. */
const BRIDGES = 'bridges';

/** Makes the folder in which one real engine lives, with everything that it writes. */
export async function makeEngineFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(folder, OWNER), await identityOf(process.pid));
  return folder;
}

/** Chooses the name of a network interface, which is removed with the folder if nobody did before. */
export async function addBridge(folder: string): Promise<string> {
  const name = `wt-${randomBytes(4).toString('hex')}`;
  await appendFile(join(folder, BRIDGES), `${name}\n`);
  return name;
}

/**
 * Ends what still runs out of the folder, unmounts what is still mounted in it and removes it. Fit for the remains
 * of an engine whose owner was killed, as for those of one that has been shut down.
 */
export async function removeEngineFolder(folder: string): Promise<void> {
  const pids = await processesOf(folder);
  for (const pid of pids) endProcess(pid);
  await waitUntil(
    async () => (await processesOf(folder)).length === 0,
    10_000,
    async () => `Processes of ${folder} are still there: ${(await processesOf(folder)).join(', ')}`,
  );
  // The latest first: a mount within a mount goes before it.
  for (const point of (await mountsIn(folder)).reverse()) await run('umount', ['-l', '--', point]);
  await removeBridges(folder);
  await removeControlGroups(folder);
  // The owner goes last: a folder of which something could not be removed is found again by it.
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name !== OWNER)) {
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  await rm(folder, { recursive: true, force: true });
}

/** Removes what engines left behind whose owner was killed before it could. */
export async function removeAbandonedFolders(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    const owner = await readFile(join(folder, OWNER), 'utf8').catch(() => undefined);
    if (owner === undefined || (await isAlive(owner))) continue;
    const remover = join(folder, REMOVER);
    const isFirst = await writeFile(remover, '', { flag: 'wx' }).then(
      () => true,
      () => false,
    );
    // What cannot be removed is in nobody's way: a later start tries again.
    if (isFirst) await removeEngineFolder(folder).catch(() => rm(remover, { force: true }));
  }
}

/** A process as nobody after it will be again: its number and when it began. */
async function identityOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return `${pid} ${started}`;
}

async function isAlive(identity: string): Promise<boolean> {
  const [pid] = identity.split(' ');
  return (await identityOf(Number(pid)).catch(() => undefined)) === identity;
}

/** Everything that was started with a path in this folder, and all that these started: daemons, shims, containers. */
async function processesOf(folder: string): Promise<number[]> {
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    ]);
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!stat || state === 'Z') continue;
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), pid]);
    if (command.includes(`${folder}/`)) roots.push(pid);
  }
  const found = new Set<number>();
  const add = (pid: number) => {
    if (found.has(pid)) return;
    found.add(pid);
    children.get(pid)?.forEach(add);
  };
  roots.forEach(add);
  return [...found];
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

async function mountsIn(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${folder}/`));
}

async function removeBridges(folder: string): Promise<void> {
  const names = await readFile(join(folder, BRIDGES), 'utf8').catch(() => '');
  for (const name of names.split('\n').filter(Boolean)) {
    await run('ip', ['link', 'delete', name]).catch(() => {}); // as a rule its engine removed it
  }
}

/** Containers that were killed from outside leave their control groups behind, empty. */
async function removeControlGroups(folder: string): Promise<void> {
  const docker = await readdir(join(folder, 'root', 'containers')).catch(() => []);
  const podman = await readdir(join(folder, 'root', 'vfs-containers')).catch(() => []);
  const groups = [
    ...docker.map((id) => join('docker', id)),
    ...podman.flatMap((id) =>
      [`libpod-${id}`, `libpod-conmon-${id}`].map((name) => join('libpod_parent', name)),
    ),
  ];
  const roots = ['', ...(await readdir('/sys/fs/cgroup').catch(() => []))];
  const left = roots
    .flatMap((root) => groups.map((group) => join('/sys/fs/cgroup', root, group)))
    .filter((path) => existsSync(path));
  const removed = async () => {
    for (const path of left) await rmdir(path).catch(() => {});
    return !left.some((path) => existsSync(path));
  };
  // A killed process holds its group until it is reaped. One that stays is empty, and in nobody's way.
  await waitUntil(removed, 5_000, () => '').catch(() => {});
}
