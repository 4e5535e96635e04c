// An example with a cable between its browsers and what serves their streams, which a test can cut: a browser that is told to
// be offline opens nothing new, but keeps what is open.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { startExample, WAYS } from './harness.mjs';

/** Passes on whatever comes, encrypted or not, to a port of this machine. */
async function startCable() {
  const sockets = new Set();
  let target;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}); // It is closed then.
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: server.address().port,
    leadTo(port) { target = port; },
    /** Breaks every connection that there is. */
    cut,
    async stop() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

/**
 * Starts an example, as `startExample` does; streams come through the cable, and behind nginx pages do, too.
 *
 * @param options as for `startExample`
 * @returns what `startExample` gives; `server` is the origin without the cable, for what is not a page
 */
export async function startCabledExample(browser, name, { way = WAYS[0], environment = {}, ...options } = {}) {
  const direct = way === WAYS[0];
  const cable = await startCable();
  const beyond = `http://127.0.0.1:${cable.port}`;
  let example;
  try {
    example = await startExample(browser, name, {
      way, environment: direct ? { STREAM_BASE: beyond, ...environment } : environment, ...options,
    });
  } catch (error) {
    await cable.stop();
    throw error;
  }
  const { protocol, port } = new URL(direct ? example.relayUrl : example.origin);
  cable.leadTo(Number(port));
  const streamBase = `${protocol}//127.0.0.1:${cable.port}`;
  const origin = direct ? example.origin : streamBase;
  return {
    ...example,
    server: example.origin,
    origin,
    streamBase,
    /** A tab with a page of the application, over the protocol of this way. */
    async open(context, path = '/') {
      const page = await context.newPage();
      await page.goto(`${origin}${path}`);
      const spoken = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.nextHopProtocol);
      // Not known of a page that comes from the cache, or whose clock is the test's.
      if (spoken) assert.equal(spoken, way === WAYS[2] ? 'h2' : 'http/1.1');
      return page;
    },
    /** Takes the network away from a browser: other browsers are back at once. */
    async goOffline(context) {
      await context.setOffline(true);
      cable.cut();
    },
    async stop() {
      try {
        await example.stop();
      } finally {
        await cable.stop();
      }
    },
  };
}
