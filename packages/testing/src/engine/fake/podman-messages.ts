import type { MessageInput } from './message.ts';

/** Attributes that Docker has and Podman does not. */
const UNKNOWN = new Set(['signal', 'oldName']);

/** What Podman publishes where Docker publishes `message`, in its own words. */
export function podmanMessages(message: MessageInput): readonly MessageInput[] {
  const { Type, Action } = message;
  if (Type === 'network') return []; // Podman tells of none that a container here has
  if (Type !== 'container') return [message];
  const [word = '', text] = Action.split(': ');
  const own = withPodmanAttributes(message);
  switch (word) {
    case 'start':
      return [{ ...own, Action: 'init' }, own];
    case 'die':
      return [
        { ...own, Action: 'died' },
        { ...own, Action: 'cleanup' },
      ];
    case 'destroy':
      return [{ ...own, Action: 'remove' }];
    case 'health_status':
      return [{ ...own, Action: word, HealthStatus: text ?? '' }];
    case 'exec_create':
    case 'exec_start':
      return [{ ...own, Action: word.replace('exec_create', 'exec') }];
    case 'exec_die':
      return [{ ...own, Action: 'exec_died' }];
    default:
      return [own];
  }
}

/** As {@link podmanMessages}, by way of its Docker socket, which says `die` as Docker does, exit code and all. */
export function recentPodmanMessages(message: MessageInput): readonly MessageInput[] {
  return podmanMessages(message).map((own) => {
    if (own.Action !== 'died') return own;
    const exitCode = own.Actor?.Attributes?.['containerExitCode'] ?? '0';
    return {
      ...own,
      Action: 'die',
      Actor: { ...own.Actor, Attributes: { ...own.Actor?.Attributes, exitCode } },
    };
  });
}

function withPodmanAttributes(message: MessageInput): MessageInput {
  const { exitCode = '0', ...rest } = message.Actor?.Attributes ?? {};
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => !UNKNOWN.has(name)));
  const Attributes = { ...known, containerExitCode: exitCode, podId: '' };
  return { ...message, Actor: { ...message.Actor, Attributes } };
}
