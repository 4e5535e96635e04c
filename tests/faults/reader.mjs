// A subscriber made of nothing but fetch: it keeps every frame, and comes back where it was.
const RECONNECT_MS = 50;

/**
 * Opens a stream, and opens it again whenever it ends, until it is closed.
 *
 * @param token a token for every connection
 * @param from a cursor to begin after; live if left out
 */
export function read(url, { token, query = '', from } = {}) {
  const stop = new AbortController();
  const reader = {
    seen: [], gaps: [], ends: [], statuses: [], connections: 0, heartbeats: 0, connected: false,
    position: from,
    onGap: () => {},
    sawLast: (id) => reader.seen.at(-1)?.data.id === id,
    /** Leaves, until {@link resume}. */
    async pause() {
      paused = Promise.withResolvers();
      current?.abort();
      await idle.promise;
    },
    resume() {
      paused.resolve();
      // Here, so that who is told to pause again at once is.
      paused = undefined;
      idle = Promise.withResolvers();
    },
    async close() {
      stop.abort();
      paused?.resolve();
      current?.abort();
      await done;
    },
  };
  let current;
  let paused;
  let idle = Promise.withResolvers();

  function frame(fields) {
    const type = fields.get('event');
    const data = fields.has('data') ? JSON.parse(fields.get('data')) : undefined;
    if (fields.has('id')) reader.position = fields.get('id');
    if (type === 'system.connected') {
      reader.connected = true;
    } else if (type === 'system.gap') {
      reader.gaps.push(data);
      reader.onGap(data);
    } else if (type.startsWith('system.')) {
      if (type !== 'system.position') reader.ends.push({ type, ...data });
    } else {
      reader.seen.push({ id: fields.get('id'), data });
    }
  }

  async function connect() {
    current = new AbortController();
    const headers = { Authorization: `Bearer ${token}` };
    if (reader.position) headers['Last-Event-ID'] = reader.position;
    const answer = await fetch(`${url}/v1/stream?${query}`, { headers, signal: current.signal });
    reader.connections++;
    reader.statuses.push(answer.status);
    let rest = '';
    let fields = new Map();
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line === '') {
          if (fields.size > 0) frame(fields);
          fields = new Map();
        } else if (line.startsWith(':')) {
          reader.heartbeats++;
        } else {
          const [, name, value] = line.match(/^(\w+): ?(.*)$/);
          fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
        }
      }
    }
  }

  async function run() {
    while (!stop.signal.aborted) {
      // Here and nowhere else: who is told to pause may be connected or about to connect.
      if (paused) {
        idle.resolve();
        await paused.promise;
        continue;
      }
      try {
        await connect();
      } catch (error) {
        // The relay is gone, or we left; a mistake of the reader's own must not pass for that.
        const cut = error.name === 'TypeError' && /^(fetch failed|terminated)$/.test(error.message);
        if (!cut && error.name !== 'AbortError') throw error;
      }
      reader.connected = false;
      if (!paused) await new Promise((resolve) => { setTimeout(resolve, RECONNECT_MS); });
    }
  }
  const done = run();
  done.catch((error) => { reader.failure = error; });
  return reader;
}

export const sequenceOf = (cursor) => Number(cursor.split('-').at(-1));
export const epochOf = (cursor) => cursor.slice(0, cursor.lastIndexOf('-'));
