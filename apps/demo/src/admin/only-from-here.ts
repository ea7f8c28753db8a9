import type { MiddlewareHandler } from 'hono';

/**
 * Refuses requests that a page of another site makes: by a foreign `Origin`, or by a name that it lets
 * lead to this machine (DNS rebinding), which shows in `Host`.
 */
export const onlyFromHere: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? '';
  const origin = context.req.header('origin');
  const isHere = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/.test(host);
  const isSame = origin === undefined || origin === `http://${host}`;
  if (!isHere || !isSame) return context.text('This page is for this machine only.', 403);
  return next();
};
