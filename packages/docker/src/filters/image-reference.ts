/** The parts of an image reference, with Docker's defaults filled in. */
interface ImageReference {
  /** Registry and path: `docker.io/library/nginx`. */
  readonly name: string;
  /** Undefined where the reference has only a digest. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Whether an image, as an engine writes it in an event, is the one that a filter asks for. */
export type ImageTest = (image: string) => boolean;

/**
 * Compiles a reference from a filter. A reference without tag and digest matches every tag.
 *
 * Docker writes an image as the user named it (`app:1`), Podman writes its full name (`localhost/app:1`,
 * `docker.io/library/app:1`). Both sides are compared by their full names, and a name without a registry also
 * matches an image that Podman built locally.
 */
export function imageTest(wanted: string): ImageTest {
  const reference = parseImage(wanted);
  const names = hasRegistry(wanted) ? [reference.name] : [reference.name, `localhost/${nameOf(wanted)}`];
  const { digest } = reference;
  const tag = hasTag(wanted) ? reference.tag : undefined;
  return (image) => {
    if (image === wanted || isSameId(wanted, image)) return true;
    if (image.startsWith(ID_PREFIX)) return false;
    const found = parseImage(image);
    if (!names.includes(found.name)) return false;
    return digest === undefined ? tag === undefined || tag === found.tag : digest === found.digest;
  };
}

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_ALIASES: readonly string[] = [DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io'];
const ID_PREFIX = 'sha256:';

/** The Docker CLI shows, and takes, an ID's first 12 digits. */
const MIN_ID_DIGITS = 12;

function parseImage(text: string): ImageReference {
  const digestAt = text.indexOf('@');
  const digest = digestAt === -1 ? undefined : text.slice(digestAt + 1);
  const tagAt = tagStart(text);
  const tag = tagAt === -1 ? undefined : withoutDigest(text).slice(tagAt + 1);
  return { name: fullName(nameOf(text)), tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

function withoutDigest(text: string): string {
  const digestAt = text.indexOf('@');
  return digestAt === -1 ? text : text.slice(0, digestAt);
}

/** A colon in the last part begins the tag; an earlier one begins a registry's port. -1 without a tag. */
function tagStart(text: string): number {
  const tagged = withoutDigest(text);
  return tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
}

function hasTag(text: string): boolean {
  return tagStart(text) !== -1;
}

function nameOf(text: string): string {
  const tagAt = tagStart(text);
  return tagAt === -1 ? withoutDigest(text) : text.slice(0, tagAt);
}

function hasRegistry(text: string): boolean {
  return registryOf(nameOf(text)) !== undefined;
}

/** The first part of a name is a registry if it has a dot or a port, or is `localhost`; else it is a user's name. */
function registryOf(name: string): string | undefined {
  const slash = name.indexOf('/');
  if (slash === -1) return undefined;
  const first = name.slice(0, slash);
  return first === 'localhost' || first.includes('.') || first.includes(':') ? first : undefined;
}

function fullName(name: string): string {
  const registry = registryOf(name);
  if (registry !== undefined && !DOCKER_HUB_ALIASES.includes(registry)) return name;
  const path = registry === undefined ? name : name.slice(registry.length + 1);
  return `${DOCKER_HUB}/${path.includes('/') ? path : `library/${path}`}`;
}

/** Whether both are the ID of one image, with or without `sha256:`, in full or shortened as the CLI shows it. */
function isSameId(a: string, b: string): boolean {
  const one = idDigits(a);
  const other = idDigits(b);
  if (one === undefined || other === undefined) return false;
  return one.startsWith(other) || other.startsWith(one);
}

function idDigits(text: string): string | undefined {
  const digits = text.startsWith(ID_PREFIX) ? text.slice(ID_PREFIX.length) : text;
  return digits.length >= MIN_ID_DIGITS && /^[0-9a-f]{12,64}$/.test(digits) ? digits : undefined;
}
