import type { Attributes } from './containers.ts';
import type { MessageInput } from './message.ts';

/** What Podman publishes where Docker publishes `message`, in its own words. */
export function podmanMessages(message: MessageInput): readonly MessageInput[] {
  const { Type, Action } = message;
  if (Type === 'network') return []; // Podman tells of none that a container here has
  if (Type !== 'container') return [message];
  const [word = '', text] = Action.split(': ');
  switch (word) {
    case 'start':
      return [{ ...message, Action: 'init' }, message];
    case 'die':
      return [
        { ...message, Action: 'died' },
        { ...message, Action: 'cleanup', ...withExitCode(message, '0') },
      ];
    case 'destroy':
      return [{ ...message, Action: 'remove' }];
    case 'health_status':
      return [{ ...message, Action: word, HealthStatus: text ?? '' }];
    case 'exec_create':
    case 'exec_start':
      return [{ ...message, Action: word.replace('exec_create', 'exec') }];
    case 'exec_die':
      return [{ ...message, Action: 'exec_died' }];
    default:
      return [message];
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

function withExitCode({ Actor }: MessageInput, containerExitCode: string): Pick<MessageInput, 'Actor'> {
  return { Actor: { ...Actor, Attributes: { ...Actor?.Attributes, containerExitCode } } };
}

/**
 * What a container's event says at Podman: its labels, whatever they are called, and an exit code of another name. It
 * knows neither the signal nor the old name.
 */
export const podmanAttributes: Attributes = (labels, { exitCode = '0', signal, oldName, ...rest }) => ({
  ...rest,
  ...labels,
  containerExitCode: exitCode,
  podId: '',
});
