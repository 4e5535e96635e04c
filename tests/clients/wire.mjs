// A wire between client and relay that can be cut, as networks do: without a word to either side.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * @param limit after how many bytes from the relay a connection is cut, wherever that falls; at once, or when
 *     `full` says so, which is given what cuts
 */
export async function wireTo(port, limit = Infinity) {
  const sockets = new Set();
  const wire = { connections: 0, limit, full: (hangUp) => hangUp() };
  const server = createServer((client) => {
    wire.connections++;
    let left = wire.limit;
    const relay = connect(port, '127.0.0.1');
    const cut = () => [client, relay].forEach((socket) => socket.destroy());
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => { sockets.delete(socket); cut(); });
    }
    client.on('data', (bytes) => relay.write(bytes));
    relay.on('data', (bytes) => {
      if (left <= 0) return;
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
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  });
}
