// A relay that is started anew with the same directory and ports, and what it needs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../clients/issuer.mjs';
import { freePorts } from '../clients/ports.mjs';
import { startRelay, WEBHOOK_SECRET } from '../clients/relay.mjs';
import { until } from '../clients/wait.mjs';
import { read } from '../faults/reader.mjs';

/**
 * Started; it ends with the test.
 *
 * @param secrets by which it knows the publisher
 */
export async function place(t, secrets = [WEBHOOK_SECRET]) {
  const issuer = await startIssuer();
  const directory = mkdtempSync(join(tmpdir(), 'heliograph-recipes-'));
  const [port, adminPort] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  let relay;
  const self = {
    hook: `${url}/v1/hooks/github`,
    environment: { RELAY: `${url}/v1/hooks/github`, RELAY_SECRET: WEBHOOK_SECRET },
    async start() {
      relay = await startRelay(issuer, { port, adminPort, secrets, java: ['-Xmx128m'], log: { directory, durability: 'fsync' } });
    },
    kill: () => relay.kill(),
    /** A subscriber of the tenant, live from now on and over every break. */
    async subscribe() {
      const reader = read(url, { token: issuer.token({ subject: 'ann', tenant: 'acme' }) });
      t.after(reader.close);
      await until('the subscriber is connected', () => reader.connected && reader.position);
      return reader;
    },
  };
  await self.start();
  t.after(async () => {
    if (relay.running()) await relay.kill();
    await issuer.close();
    rmSync(directory, { recursive: true });
  });
  return self;
}

/** The moment of a crash: this waits for nothing. */
export const moment = (random, [least, most]) =>
  new Promise((resolve) => { setTimeout(resolve, least + random() * (most - least)); });
