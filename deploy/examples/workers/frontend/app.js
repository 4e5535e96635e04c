// The page of the worker manager: loads what there is, and then follows the events.
import { SSEClient } from './sse-client.js';
import { element, showStatus, toast } from './ui.js';

const MOST_LINES = 30;
const workers = new Map();
const cards = document.getElementById('workers');
const lines = document.getElementById('events');
let client = null;
let isAdmin = false;
// After each new connection the last events come once more.
const MOST_SEEN = 200;
const seen = new Set();
// What happened before is in the list of workers already, and no news.
const opened = Date.now();

async function ask(path, method = 'GET', body) {
  const answer = await fetch(path, {
    method,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  if (answer.status === 401 && path !== '/api/auth/login') showLogin();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

function command(path, method, body) {
  ask(path, method, body).catch((error) => toast(error.message));
}

/* Workers */

function bar(label, percent) {
  const meter = element('i');
  meter.style.width = `${percent}%`;
  return element('div', { className: 'bar' }, element('span', { textContent: label }),
    element('div', { className: 'track' }, meter), element('b', { textContent: `${percent} %` }));
}

function card(worker) {
  const running = worker.status === 'running';
  const buttons = element('div', { className: 'buttons' },
    element('button', {
      textContent: running ? 'Stop' : 'Start',
      onclick: () => command(`/api/workers/${worker.id}/status`, 'POST', { status: running ? 'stopped' : 'running' }),
    }),
    element('button', { textContent: 'Add lab', onclick: () => command(`/api/workers/${worker.id}/labs`, 'POST', { labs: worker.labs + 1 }) }),
    element('button', { textContent: 'Refresh', onclick: () => command(`/api/workers/${worker.id}/refresh`, 'POST') }));
  if (isAdmin) {
    buttons.append(element('button', { textContent: 'Terminate', className: 'danger', onclick: () => command(`/api/workers/${worker.id}`, 'DELETE') }));
  }
  const made = element('article', {},
    element('h3', {}, worker.name, element('span', { className: 'status', textContent: worker.status })),
    element('p', { textContent: `Region ${worker.region} · ${worker.labs} ${worker.labs === 1 ? 'lab' : 'labs'}` }),
    bar('CPU', worker.cpu), bar('Memory', worker.memory), buttons);
  made.dataset.id = worker.id;
  made.dataset.status = worker.status;
  return made;
}

function draw() {
  cards.replaceChildren(...[...workers.values()].sort((a, b) => a.name.localeCompare(b.name)).map(card));
  document.getElementById('none').hidden = workers.size > 0;
}

async function load() {
  const found = await ask('/api/workers');
  workers.clear();
  for (const worker of found) workers.set(worker.id, worker);
  draw();
}

function change(id, values) {
  const worker = workers.get(id);
  if (!worker) return;
  Object.assign(worker, values);
  draw();
}

/* Events */

function line({ type, source, time, data }) {
  const made = element('li', {},
    element('time', { textContent: new Date(time).toLocaleTimeString() }),
    element('b', { textContent: type }),
    element('code', { textContent: JSON.stringify(data), title: source }));
  lines.prepend(made);
  while (lines.children.length > MOST_LINES) lines.lastElementChild.remove();
}

/** Has a handler called with the data of what is new. */
function follow(type, handler) {
  client.on(type, (event, id) => {
    if (seen.has(id)) return;
    seen.add(id);
    if (seen.size > MOST_SEEN) seen.delete(seen.values().next().value);
    line(event);
    if (Date.parse(event.time) >= opened) handler(event.data);
  });
}

function listen(base) {
  client = new SSEClient(`${base}/api/events/stream`);
  client.onStatus(showStatus(document.getElementById('badge')));
  client.on('connected', load);
  client.on('system.sse.shutdown', () => toast('The server is about to restart; the page will be back by itself.'));
  client.on('auth.session.expired', () => showLogin('Your session is over.'));
  follow('worker.created', (data) => {
    workers.set(data.id, data);
    draw();
    toast(`Worker ${data.name} was created`);
  });
  follow('worker.status.updated', ({ id, name, status }) => {
    change(id, { status });
    toast(`Worker ${name} is ${status}`);
  });
  follow('worker.labs.updated', ({ id, labs }) => change(id, { labs }));
  follow('worker.terminated', ({ id, name }) => {
    workers.delete(id);
    draw();
    toast(`Worker ${name} was terminated`);
  });
  follow('app.announcement', ({ text, from }) => toast(`${from}: ${text}`));
  client.on('worker.metrics.updated', ({ data }) => change(data.id, data));
  client.connect();
}

/* Who is here */

function showLogin(why = '') {
  client?.disconnect();
  client = null;
  document.getElementById('why').textContent = why;
  document.body.dataset.view = 'login';
}

async function show(who) {
  isAdmin = who.roles.includes('admin');
  document.getElementById('who').textContent = who.sub;
  document.getElementById('create').hidden = !isAdmin;
  document.body.dataset.view = 'fleet';
  const { realtime, stream } = await ask('/api/settings');
  document.getElementById('badge').hidden = !realtime;
  await load();
  if (realtime) listen(stream);
}

document.getElementById('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(event.target));
  try {
    await show(await ask('/api/auth/login', 'POST', { name, password }));
  } catch {
    document.getElementById('why').textContent = 'Name or password is wrong.';
  }
});
document.getElementById('logout').addEventListener('click', async () => {
  await ask('/api/auth/logout', 'POST');
  showLogin();
});
document.getElementById('create').addEventListener('submit', (event) => {
  event.preventDefault();
  command('/api/workers', 'POST', Object.fromEntries(new FormData(event.target)));
  event.target.reset();
});

ask('/api/auth/me').then(show, () => showLogin());
