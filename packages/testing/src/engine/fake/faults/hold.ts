/** Resolves false when `over` is aborted, true once `lifted` is. Leaves no listener behind. */
export function held(lifted: AbortSignal, over: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (lifted.aborted || over.aborted) return resolve(!over.aborted);
    const settle = () => {
      lifted.removeEventListener('abort', settle);
      over.removeEventListener('abort', settle);
      resolve(!over.aborted);
    };
    lifted.addEventListener('abort', settle);
    over.addEventListener('abort', settle);
  });
}
