// A server that answers as a test says, over real sockets, and keeps what it was sent.
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly Record<string, unknown>[];
  readonly ids: readonly string[];
}
export type Script = (sent: Sent, response: ServerResponse, count: number) => void;

export async function relay(script: Script): Promise<{ url: string; requests: Sent[] }> {
  const requests: Sent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const events = JSON.parse(body) as Record<string, unknown>[];
      const sent = { headers: request.headers, body, events, ids: events.map(({ id }) => String(id)) };
      requests.push(sent);
      script(sent, response, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/hooks/shop`, requests };
}

let sequence = 0;
export const storedBody = (ids: readonly string[]): string =>
  JSON.stringify({ results: ids.map((id) => ({ id, cursor: `5rsd6na8-${++sequence}`, duplicate: false })) });

export function stored({ ids }: Sent, response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end(storedBody(ids));
}

export function refuse(response: ServerResponse, status: number, code = '', headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': code ? 'application/problem+json' : 'text/html', ...headers })
    .end(code ? JSON.stringify({ status, code, detail: 'no', pointer: '/1/topic' }) : '<h1>no</h1>');
}

export const SECRET = `whsec_${Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').toString('base64')}`;
export const event = (id: string, more: object = {}) =>
  ({ id, source: '/shop', type: 'order.paid', tenant: 'acme', topic: 'orders.42', ...more });
/** As fast as retries can be. */
export const FAST = { firstPauseMs: 1, maxPauseMs: 1 };
