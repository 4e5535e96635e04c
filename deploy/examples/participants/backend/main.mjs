// The participants' API: log in, decide about who waits, check who waits for too long.
import { join } from 'node:path';
import express from 'express';
import { createBus } from './bus.mjs';
import { COOKIE, createSessions } from './sessions.mjs';
import { createStore } from './store.mjs';

const EXAMPLE = join(import.meta.dirname, '..');
const PORT = Number(process.env.PORT ?? 8120);
const RELAY_URL = process.env.RELAY_URL ?? 'http://127.0.0.1:8121';
// Where the pages find the stream: nothing where a proxy serves it beside them.
const STREAM_BASE = process.env.STREAM_BASE ?? RELAY_URL;
const DECISIONS = { approve: 'approved', reject: 'rejected' };

const store = createStore();
const sessions = createSessions();
const bus = createBus({ url: RELAY_URL, key: process.env.RELAY_KEY ?? 'example-key-of-the-participants-api' });

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '16kb' }));

function authenticated(request, response, next) {
  const session = sessions.of(request);
  if (!session) {
    response.status(401).json({ error: 'log in first' });
    return;
  }
  request.session = session;
  request.user = session.user;
  request.tenant = store.tenant(session.user.tenant);
  next();
}

function admin(request, response, next) {
  if (request.user.role === 'admin') next();
  else response.status(403).json({ error: 'for admins' });
}

const features = (tenant) => ({ FF_SSE_UPDATES: tenant.updates });

app.post('/api/login', (request, response) => {
  const { email, password } = request.body ?? {};
  const user = store.login(String(email), String(password));
  if (!user) {
    response.status(401).json({ error: 'no such user, or another password' });
    return;
  }
  const secure = request.headers['x-forwarded-proto'] === 'https';
  response.cookie(COOKIE, sessions.begin(user), { httpOnly: true, sameSite: 'lax', secure, path: '/' });
  response.status(204).end();
});

app.post('/api/logout', authenticated, (request, response) => {
  sessions.end(request.session.id);
  response.clearCookie(COOKIE).status(204).end();
});

app.get('/api/me', authenticated, ({ user, tenant }, response) => {
  response.json({ name: user.name, role: user.role, tenant: user.tenant, features: features(tenant) });
});

app.get('/api/participants', authenticated, ({ tenant }, response) => response.json(tenant.participants));

app.get('/api/notifications', authenticated, ({ user, tenant }, response) => {
  response.json(tenant.notifications.filter(({ userId }) => userId === user.id));
});

app.post('/api/participants', authenticated, (request, response) => {
  const name = String(request.body?.name ?? '').trim();
  if (name === '' || name.length > 80) {
    response.status(400).json({ error: 'a name of 1 to 80 characters' });
    return;
  }
  const { id, eventId } = store.addParticipant(request.user.tenant, name);
  response.status(201).json({ id });
  bus.publish(request.user.tenant, 'validation', { type: 'participant:created', data: { id, name, eventId } });
});

app.post('/api/participants/:id/:decision', authenticated, (request, response) => {
  const { user } = request;
  const status = DECISIONS[request.params.decision];
  const participant = status && store.decide(user.tenant, Number(request.params.id), status);
  if (!participant) {
    response.status(404).json({ error: 'nobody waits here' });
    return;
  }
  const { id, name } = participant;
  const title = `${name} ${status}`;
  const told = store.colleagues(user.tenant).filter((it) => it.id !== user.id)
    .map((it) => store.notify(user.tenant, it.id, title, `Decided by ${user.name}`));
  response.status(204).end();

  bus.publish(user.tenant, 'validation', { type: `participant:${status}`, data: { id, name, [`${status}By`]: user.name } });
  for (const { id: number, userId, message } of told) {
    bus.publish(user.tenant, 'notifications', { type: 'notification:new', data: { id: number, title, message } }, [userId]);
  }
});

// A timer would do this in earnest.
app.post('/api/sla/check', authenticated, ({ user }, response) => {
  const late = store.newlyOverdue(user.tenant);
  response.json({ overdue: late.length });
  for (const { id, stepName } of late) {
    bus.publish(user.tenant, 'dashboard', { type: 'sla:overdue', data: { participantId: id, stepName } });
  }
});

app.put('/api/features/FF_SSE_UPDATES', authenticated, admin, (request, response) => {
  request.tenant.updates = request.body?.on === true;
  response.status(204).end();
});

// What the relay asks, with the cookie that it was asked with.
app.get('/internal/session', authenticated, ({ session, user, tenant }, response) => {
  response.json({
    sub: user.id, tenant: user.tenant, roles: [user.role], sid: session.name,
    iat: Math.floor(session.began / 1000), features: features(tenant),
  });
});

app.get('/config.js', (request, response) => {
  response.type('js').send(`globalThis.STREAM_BASE = ${JSON.stringify(STREAM_BASE)};\n`);
});
app.get('/', (request, response) => response.sendFile(join(EXAMPLE, 'frontend', 'index.html')));
app.use('/static', express.static(join(EXAMPLE, 'target'), { index: false }));

app.listen(PORT, '127.0.0.1');
