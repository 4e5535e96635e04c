// Ports that are known before a relay has them, or that it is to have again.
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Free ports, each another one, below those that the system gives to clients: while the relay is
 * down, nobody can come to have them.
 */
export async function freePorts(count) {
  const servers = [];
  while (servers.length < count) {
    const server = createServer().listen(20_000 + Math.floor(Math.random() * 10_000), '127.0.0.1');
    try {
      await once(server, 'listening');
      servers.push(server);
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
