// The playground: publishes, and shows who is told and who is not.
import { words } from '/client/heliograph-elements.js';
import { make, visible } from './entries.js';
import { Panel, listOf } from './panel.js';
import { subjectOf } from './watcher.js';

/** A browser opens six connections to one HTTP/1.1 host; one stays free to publish with. */
const MOST_WATCHERS = 5;
/** Longer data is not for a toast. */
const TOASTED_CHARS = 120;

const FIRST = [
  ['acme', 'viewer'], ['acme', 'operator'], ['acme', 'auditor'], ['globex', 'viewer'], ['globex', 'operator'],
];
const PRESETS = {
  paid: { tenant: 'acme', topic: 'orders.42', type: 'order.paid', roles: 'auditor', users: '', data: '{"order":42}' },
  card: { tenant: 'acme', topic: 'payments.7', type: 'payment.taken', roles: '', users: '', data: '{"payment":7,"card":"4929-0000-0007"}' },
  note: { tenant: 'globex', topic: 'notes.1', type: 'note.added', roles: '', users: '', data: '"hello"' },
};
// The element's own word is for pages that have nothing to explain.
words.en.error = 'Refused';

const $ = (selector) => document.querySelector(selector);
const panels = new Set();
const toasts = $('live-toasts');
let toasted;

/** A member of the data, which the envelope of CloudEvents has around it. */
const member = (envelope, name) => visible(`${envelope?.data?.[name] ?? '?'}`.slice(0, TOASTED_CHARS));
const TEMPLATES = {
  'order.created': { text: (it) => `Order ${member(it, 'order')}`, many: '# new orders', within: 30_000 },
  'order.paid': { text: (it) => `Order ${member(it, 'order')} is paid`, many: '# orders are paid', within: 30_000 },
  'stock.low': { text: (it) => `Only ${member(it, 'left')} left of ${member(it, 'item')}`, many: '# things are nearly out of stock', within: 30_000 },
  'payment.flagged': { text: (it) => `Payment ${member(it, 'payment')} is flagged`, many: '# payments are flagged', within: 30_000 },
};
toasts.templates = TEMPLATES;

/** Whatever else was published here last is toasted by its type and data. */
function toast(type) {
  if (Object.hasOwn(toasts.templates, type)) return;
  const text = (it) => visible(`${type}: ${JSON.stringify(it?.data ?? null).slice(0, TOASTED_CHARS)}`);
  toasts.templates = { ...TEMPLATES, [type]: { text } };
}

function show() {
  $('#add').disabled = panels.size >= MOST_WATCHERS;
  $('#room').textContent = panels.size === 0 ? 'None. Add one to see what it may see.'
    : panels.size < MOST_WATCHERS ? `${panels.size} of at most ${MOST_WATCHERS}, each a stream with its own token`
      : `${MOST_WATCHERS}, each a stream with its own token. That is all: a browser opens six connections to one host over HTTP/1.1.`;
  if (!panels.has(toasted)) toasted = undefined;
  $('#toasted').replaceChildren(make('option', {}, 'nobody'),
    ...[...panels].map((each) => make('option', { selected: each === toasted }, each.name)));
  if (toasts.live !== toasted?.live) toasts.live = toasted?.live;
}

function changed(panel) {
  if (panel.gone) {
    panels.delete(panel);
    $('#add').disabled = false;
    $('#add').focus();
  }
  show();
}

function add(settings) {
  const panel = new Panel({ user: '', topics: [], filter: '', ...settings }, changed);
  panels.add(panel);
  $('#watchers').append(panel.section);
  show();
  return panel;
}

function answered(ok, text) {
  $('#answer').dataset.ok = String(ok);
  $('#answer').textContent = visible(text);
}

const post = (path, body, headers = {}) => fetch(path, {
  method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body),
});

/** Asks the relay rule by rule, for one watcher. */
async function explain(panel, event, cursor) {
  const { settings } = panel;
  const { tenant, roles, topics, filter } = settings;
  const answer = await post('/demo/explain', {
    claims: { subject: subjectOf(settings), tenant, roles }, event,
    ...(topics.length > 0 && { topics }), ...(filter && { filter }),
  });
  const { delivered = false, masked, checks = [], detail } = await answer.json();
  const why = answer.ok ? checks.filter(({ passed }) => !passed).map(({ check, why: words }) => `${check}: ${words}`).join('; ') : detail;
  // Another may have been asked for meanwhile.
  if (panel.settings === settings) panel.tell({ delivered, masked, why }, cursor);
}

/** The event of the form, or undefined after it was said what is wrong with it. */
function eventOf({ elements }) {
  const event = { tenant: elements.tenant.value.trim(), topic: elements.topic.value.trim(), type: elements.type.value.trim() };
  for (const name of ['roles', 'users']) {
    const names = listOf(elements[name].value);
    if (names.length > 0) event[name] = names;
  }
  try {
    event.data = JSON.parse(elements.data.value);
    elements.data.ariaInvalid = 'false';
    return event;
  } catch (error) {
    elements.data.ariaInvalid = 'true';
    elements.data.focus();
    answered(false, `The data is no JSON: ${error.message}`);
    return undefined;
  }
}

$('#publish').onsubmit = async (submitted) => {
  submitted.preventDefault();
  const event = eventOf(submitted.target);
  if (!event) return;
  try {
    toast(event.type);
    const answer = await post('/v1/hooks/curl', event, { Authorization: 'Bearer demo-key-not-a-secret' });
    const told = await answer.json();
    for (const panel of panels) panel.quiet();
    if (!answer.ok) {
      answered(false, `${answer.status} ${told.code ?? ''}: ${told.detail ?? told.title}`);
      return;
    }
    answered(true, `${answer.status}: stored, at ${told.cursor}`);
    for (const panel of [...panels]) await explain(panel, event, told.cursor);
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
  // The button may be disabled now, and whoever goes by the keyboard goes on in the new one.
  if (panels.size < MOST_WATCHERS) add({ tenant: 'acme', roles: ['viewer'] }).edit(true);
};

$('#toasted').onchange = ({ target }) => {
  toasted = [...panels][target.selectedIndex - 1];
  show();
};

for (const [tenant, role] of FIRST) add({ tenant, roles: [role] });

fetch('/demo/links').then((answer) => answer.json()).then(({ metrics }) => { $('#metrics').href = metrics; }, () => {});
