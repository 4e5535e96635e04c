// Sessions by a cookie, kept in memory.
import { createHash, randomBytes } from 'node:crypto';

export const COOKIE = 'sid';
const LIFETIME_MS = 8 * 3_600_000;
const MOST = 10_000;

export function createSessions() {
  const sessions = new Map();

  return {
    begin(user) {
      const id = randomBytes(24).toString('base64url');
      // The oldest goes first, as a Map keeps the order.
      if (sessions.size >= MOST) sessions.delete(sessions.keys().next().value);
      // A name for others to know it by, which lets nobody in.
      const name = createHash('sha256').update(id).digest('hex').slice(0, 16);
      sessions.set(id, { user, name, began: Date.now() });
      return id;
    },

    /** The session of a request, or null. */
    of(request) {
      const id = request.headers.cookie?.match(/(?:^|; *)sid=([^;]+)/)?.[1];
      const session = sessions.get(id);
      if (!session || Date.now() > session.began + LIFETIME_MS) return null;
      return { id, ...session };
    },

    end: (id) => sessions.delete(id),
  };
}
