// A wire between client and relay that can be cut, as networks do: without a word to either side.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Lays a wire.
 *
 * @param limit after how many bytes from the relay a connection is cut, wherever that falls; at once, or when
 *     `full` says so, which is given what cuts
 * @returns connections and refused: how many came; asked and answered: the first lines of requests and of answers; parts:
 *     how often bytes came from the relay; heard: when they came last, by performance.now()
 */
export async function wireTo(port, limit = Infinity) {
  const sockets = new Set();
  const wire = {
    connections: 0, refused: 0, asked: [], answered: [], parts: 0, heard: undefined, limit, full: (hangUp) => hangUp(),
  };
  let refusing = false;
  const server = createServer((client) => {
    if (refusing) {
      wire.refused++;
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    wire.connections++;
    let left = wire.limit;
    const relay = connect(port, '127.0.0.1');
    const cut = () => [client, relay].forEach((socket) => socket.destroy());
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => { sockets.delete(socket); cut(); });
    }
    client.on('data', (bytes) => {
      note(wire.asked, bytes, /^GET .*/);
      relay.write(bytes);
    });
    relay.on('data', (bytes) => {
      if (left <= 0) return;
      wire.parts++;
      wire.heard = performance.now();
      note(wire.answered, bytes, /^HTTP.*/);
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) wire.full(() => client.destroySoon());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return Object.assign(wire, {
    url: `http://127.0.0.1:${server.address().port}`,
    cut,
    /** Cuts, and lets nobody in again. */
    refuse() {
      refusing = true;
      cut();
    },
    accept() { refusing = false; },
    /** Lets nothing pass on the connections that there are, in either direction, until they are released. */
    hold() { sockets.forEach((socket) => socket.pause()); },
    release() { sockets.forEach((socket) => socket.resume()); },
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  });
}

function note(lines, bytes, first) {
  const found = first.exec(bytes.toString('latin1'));
  if (found) lines.push(found[0].trimEnd());
}
