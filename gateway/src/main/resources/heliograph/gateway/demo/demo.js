// The playground: publishes, and shows who is told and who is not. Nothing that came over the wire becomes markup.
import { Watcher, subjectOf } from './watcher.js';

/** A browser opens six connections to one HTTP/1.1 host; one stays free to publish with. */
const MOST_WATCHERS = 5;
const KEPT_EVENTS = 50;
/** Longer data is clipped until somebody wants all of it. */
const CLIPPED_CHARS = 180;

const FIRST = [
  ['acme', 'viewer'], ['acme', 'operator'], ['acme', 'auditor'], ['globex', 'viewer'], ['globex', 'operator'],
];
const PRESETS = {
  paid: { tenant: 'acme', topic: 'orders.42', type: 'order.paid', roles: 'auditor', users: '', data: '{"order":42}' },
  card: { tenant: 'acme', topic: 'payments.7', type: 'payment.taken', roles: '', users: '', data: '{"payment":7,"card":"4929-0000-0007"}' },
  note: { tenant: 'globex', topic: 'notes.1', type: 'note.added', roles: '', users: '', data: '"hello"' },
};
const WORDS = { connecting: 'Connecting', connected: 'Connected', reconnecting: 'Reconnecting', disconnected: 'Over', error: 'Refused', fallback: 'Polling', asleep: 'Asleep' };
/** What a browser calls a connection that was cut, and one that nobody answers. */
const REASONS = { AbortError: 'cut off', TypeError: 'no answer' };

const $ = (selector) => document.querySelector(selector);
const watchers = new Set();

/** Makes an element; texts stay texts. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const listOf = (text) => text.split(',').map((it) => it.trim()).filter(Boolean);

/** Data as text, with what a mask put in the place of a value set off. */
function shown(text) {
  const code = make('code');
  text.split(/("\*\*\*")/).forEach((part, i) => code.append(i % 2 ? make('mark', { title: 'masked for this watcher' }, part) : part));
  return code;
}

function panel(settings) {
  const title = make('h3');
  const asks = make('p', { className: 'asks' });
  const state = make('p', { className: 'state' });
  const verdict = make('p', { className: 'verdict', hidden: true });
  const list = make('ol', { tabIndex: 0 });
  const form = make('form', { className: 'settings', hidden: true, autocomplete: 'off' });
  const button = (text, act) => make('button', { type: 'button', textContent: text, onclick: act });
  const mine = { settings, verdict, waits: undefined, remove };
  const cut = button('Cut', () => mine.watcher.cut());
  const sleep = button('Sleep 30 s', () => (section.dataset.state === 'asleep' ? mine.watcher.wake() : mine.watcher.sleep()));
  const kill = button('Kill token', () => mine.watcher.killToken());
  cut.title = 'Cut my connection';
  kill.title = 'Go on with a token that ends in seconds';
  const change = button('Change', () => {
    form.hidden = !form.hidden;
    change.ariaExpanded = String(!form.hidden);
    if (!form.hidden) form.elements.tenant.focus();
  });
  change.ariaExpanded = 'false';
  const section = make('section', { className: 'watcher' },
    make('div', { className: 'head' }, title, asks, state,
      make('div', { className: 'acts' }, cut, sleep, kill, change, button('Remove', remove)), form),
    verdict, list, make('p', { className: 'empty' }, 'Nothing yet that it may see.'));

  for (const [name, label, value] of [['tenant', 'Tenant', settings.tenant], ['roles', 'Roles', settings.roles.join(', ')],
    ['user', 'User', settings.user], ['topics', 'Topics', settings.topics.join(', ')], ['filter', 'Filter, in CEL', settings.filter]]) {
    form.append(make('label', {}, label, make('input', { name, value, required: name === 'tenant', maxLength: 500 })));
  }
  form.append(make('button', { className: 'primary', textContent: 'Watch' }));
  form.onsubmit = (event) => {
    event.preventDefault();
    const { tenant, roles, user, topics, filter } = Object.fromEntries(new FormData(form));
    mine.watcher.close();
    mine.settings = { tenant: tenant.trim(), roles: listOf(roles), user: user.trim(), topics: listOf(topics), filter: filter.trim() };
    form.hidden = true;
    change.ariaExpanded = 'false';
    list.replaceChildren();
    start();
    change.focus();
  };

  function remove() {
    mine.watcher.close();
    watchers.delete(mine);
    section.remove();
    count();
    $('#add').focus();
  }

  function add(item) {
    list.prepend(item);
    while (list.children.length > KEPT_EVENTS) list.lastChild.remove();
  }

  function start() {
    const { tenant, roles, user, topics, filter } = mine.settings;
    section.dataset.tenant = tenant;
    section.dataset.role = roles.join(' ');
    title.replaceChildren(make('b', {}, tenant), ' ', roles.join(', ') || 'no role', ...(user ? [` as ${user}`] : []));
    section.ariaLabel = list.ariaLabel = `Watcher ${title.textContent}`;
    asks.textContent = [topics.join(' ') || 'all topics', filter].filter(Boolean).join(' · ');
    verdict.hidden = true;
    mine.watcher = new Watcher(mine.settings, view());
  }

  /** What a watcher tells after it was changed is not of this one any more. */
  function view() {
    const now = mine.settings;
    const old = () => now !== mine.settings;
    return {
      state(status, { reason, tab, attempts }) {
        if (old()) return;
        section.dataset.state = status;
        state.textContent = [WORDS[status],
          status === 'connected' && tab === 'follower' && 'by another tab',
          status !== 'connected' && (REASONS[reason] ?? reason), attempts > 1 && `try ${attempts}`].filter(Boolean).join(' · ');
        // What another tab holds cannot be broken from here.
        for (const it of [cut, sleep, kill]) it.disabled = tab === 'follower';
        sleep.textContent = status === 'asleep' ? 'Wake up' : 'Sleep 30 s';
      },
      note(kind, text) {
        if (old()) return;
        const item = make('li', { className: 'note' }, make('code', {}, text));
        item.dataset.type = `note.${kind}`;
        add(item);
      },
      event(envelope, message, caughtUp) {
        if (old()) return;
        const { type = message.type, topic = '', time, data } = Object(envelope);
        const text = data === undefined ? '' : JSON.stringify(data);
        const when = new Date(time);
        const item = make('li', {},
          make('div', { className: 'line' }, make('b', {}, type), make('time', { dateTime: time ?? '' }, when.toLocaleTimeString())),
          make('span', { className: 'where' }, `${topic} ${message.id}`), shown(text));
        if (caughtUp) item.append(make('span', { className: 'badge' }, 'caught up'));
        item.dataset.type = type;
        item.dataset.cursor = message.id;
        if (text.length > CLIPPED_CHARS) clip(item, text.length);
        add(item);
        if (mine.waits === message.id) got(mine);
      },
    };
  }

  watchers.add(mine);
  $('#watchers').append(section);
  start();
  count();
  mine.section = section;
  return mine;
}

function clip(item, length) {
  const more = `Show all ${length.toLocaleString('en')} characters`;
  const button = make('button', { type: 'button', textContent: more, ariaExpanded: 'false' });
  button.onclick = () => {
    const open = !item.classList.toggle('clipped');
    button.ariaExpanded = String(open);
    button.textContent = open ? 'Show less' : more;
  };
  item.classList.add('clipped');
  item.append(button);
}

function got(mine) {
  mine.waits = undefined;
  mine.verdict.textContent = mine.verdict.textContent.replace('✓ Gets it', '✓ Got it');
}

function count() {
  $('#add').disabled = watchers.size >= MOST_WATCHERS;
  $('#room').textContent = watchers.size === 0 ? 'None. Add one to see what it may see.'
    : watchers.size < MOST_WATCHERS ? `${watchers.size} of at most ${MOST_WATCHERS}, each a stream with its own token`
      : `${MOST_WATCHERS}, each a stream with its own token. That is all: a browser opens six connections to one host over HTTP/1.1.`;
}

function answered(ok, text) {
  $('#answer').dataset.ok = String(ok);
  $('#answer').textContent = text;
}

const post = (path, body, headers = {}) => fetch(path, {
  method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body),
});

/** Asks the relay rule by rule, for one watcher. */
async function explain(mine, event, cursor) {
  const { tenant, roles, topics, filter } = mine.settings;
  const answer = await post('/demo/explain', {
    claims: { subject: subjectOf(mine.settings), tenant, roles }, event,
    ...(topics.length > 0 && { topics }), ...(filter && { filter }),
  });
  const told = await answer.json();
  const why = answer.ok
    ? told.checks.filter(({ passed }) => !passed).map(({ check, why: words }) => `${check}: ${words}`).join('; ')
    : told.detail;
  mine.verdict.dataset.ok = String(Boolean(told.delivered));
  mine.verdict.textContent = told.delivered ? `✓ Gets it${told.masked ? ', with fields masked' : ''}` : `✗ Does not get it. ${why}`;
  mine.verdict.hidden = false;
  if (!told.delivered) return;
  mine.waits = cursor;
  if ([...mine.section.querySelectorAll('li')].some((it) => it.dataset.cursor === cursor)) got(mine);
}

$('#publish').onsubmit = async (submitted) => {
  submitted.preventDefault();
  const { elements } = submitted.target;
  const event = { tenant: elements.tenant.value.trim(), topic: elements.topic.value.trim(), type: elements.type.value.trim() };
  for (const name of ['roles', 'users']) {
    const names = listOf(elements[name].value);
    if (names.length > 0) event[name] = names;
  }
  try {
    event.data = JSON.parse(elements.data.value);
    elements.data.ariaInvalid = 'false';
  } catch (error) {
    elements.data.ariaInvalid = 'true';
    elements.data.focus();
    answered(false, `The data is no JSON: ${error.message}`);
    return;
  }
  try {
    const answer = await post('/v1/hooks/curl', event, { Authorization: 'Bearer demo-key-not-a-secret' });
    const told = await answer.json();
    for (const mine of watchers) mine.verdict.hidden = true;
    if (!answer.ok) {
      answered(false, `${answer.status} ${told.code ?? ''}: ${told.detail ?? told.title}`);
      return;
    }
    answered(true, `${answer.status}: stored, at ${told.cursor}`);
    for (const mine of [...watchers]) await explain(mine, event, told.cursor);
  } catch (error) {
    answered(false, `The relay does not answer: ${error.message}`);
  }
};

$('.presets').onclick = ({ target }) => {
  const preset = PRESETS[target.dataset.preset];
  if (!preset) return;
  for (const [name, value] of Object.entries(preset)) $('#publish').elements[name].value = value;
};

$('#add').onclick = () => {
  if (watchers.size < MOST_WATCHERS) panel({ tenant: 'acme', roles: ['viewer'], user: '', topics: [], filter: '' });
};

for (const [tenant, role] of FIRST) panel({ tenant, roles: [role], user: '', topics: [], filter: '' });

fetch('/demo/links').then((answer) => answer.json()).then(({ metrics }) => { $('#metrics').href = metrics; }, () => {});
