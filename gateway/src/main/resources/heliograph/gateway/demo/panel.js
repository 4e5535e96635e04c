// A watcher on the page: its settings, its status, ways to break its stream, and what it is told.
import { eventEntry, make, noteEntry, visible } from './entries.js';
import { Watcher } from './watcher.js';

const KEPT_EVENTS = 50;
/** What a browser calls a connection that was cut, and one that nobody answers. */
const REASONS = { AbortError: 'cut off', TypeError: 'no answer' };
/** While one of these is true its status alone says enough. */
const PLAIN = ['connecting', 'connected'];

export const listOf = (text) => text.split(',').map((it) => it.trim()).filter(Boolean);

const button = (text, title, act) => make('button', { type: 'button', textContent: text, title, onclick: act });

export class Panel {
  #changed;
  #watcher;
  #waits;
  #title = make('h3');
  #asks = make('p', { className: 'asks' });
  #badge = make('live-status');
  #details = make('span');
  #verdict = make('p', { className: 'verdict', hidden: true });
  #gap = make('p', { className: 'gap', hidden: true });
  #list = make('ol', { tabIndex: 0 });
  #form = make('form', { className: 'settings', hidden: true, autocomplete: 'off' });
  #edit = button('Edit', 'Change what it asks for, and as whom', () => this.edit(this.#form.hidden));
  #cut = button('Cut', 'Cut my connection', () => this.#watcher.cut());
  #sleep = button('Sleep 30 s', 'Be away for a while', () => (this.#watcher.asleep ? this.#watcher.wake() : this.#watcher.sleep()));
  #kill = button('Kill token', 'Go on with a token that ends in seconds', () => this.#watcher.killToken());

  /** @param changed called when it has another name or another stream, and when it is gone */
  constructor(settings, changed) {
    this.settings = settings;
    this.#changed = changed;
    const remove = button('✕', 'Remove', () => this.#remove());
    remove.ariaLabel = 'Remove';
    this.#edit.ariaExpanded = 'false';
    this.section = make('section', { className: 'watcher' },
      make('div', { className: 'head' },
        make('div', { className: 'name' }, this.#title, this.#edit, remove),
        make('div', { className: 'about' }, make('p', { className: 'state' }, this.#badge, this.#details), this.#asks),
        make('div', { className: 'acts' }, this.#cut, this.#sleep, this.#kill),
        this.#form),
      this.#gap, this.#verdict, this.#list, make('p', { className: 'empty' }, 'Nothing yet that it may see.'));
    this.#fill();
    this.#start();
  }

  get name() { return this.#title.textContent; }
  get live() { return this.#watcher.live; }

  #fill() {
    const { tenant, roles, user, topics, filter } = this.settings;
    for (const [name, label, value] of [['tenant', 'Tenant', tenant], ['roles', 'Roles', roles.join(', ')], ['user', 'User', user],
      ['topics', 'Topics', topics.join(', ')], ['filter', 'Filter, in CEL', filter]]) {
      this.#form.append(make('label', {}, label, make('input', { name, value, required: name === 'tenant', maxLength: 500, spellcheck: false })));
    }
    this.#form.append(make('button', { className: 'primary', textContent: 'Watch' }));
    this.#form.onkeydown = ({ key }) => { if (key === 'Escape') this.edit(false); };
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      const given = Object.fromEntries([...new FormData(this.#form)].map(([name, text]) => [name, text.trim()]));
      this.#watcher.close();
      this.settings = { ...given, roles: listOf(given.roles), topics: listOf(given.topics) };
      this.#list.replaceChildren();
      this.edit(false);
      this.#start();
    };
  }

  /** Shows its settings to be changed, or goes back. */
  edit(open) {
    this.#form.hidden = !open;
    this.#edit.ariaExpanded = String(open);
    (open ? this.#form.elements.tenant : this.#edit).focus();
  }

  #start() {
    const { tenant, roles, user, topics, filter } = this.settings;
    this.section.dataset.tenant = tenant;
    this.section.dataset.role = roles.join(' ');
    this.#title.replaceChildren(make('b', {}, visible(tenant)), visible(` ${roles.join(', ') || 'no role'}${user && ` as ${user}`}`));
    this.section.ariaLabel = this.#list.ariaLabel = `Watcher ${this.name}`;
    this.#asks.textContent = visible([topics.join(' ') || 'all topics', filter].filter(Boolean).join(' · '));
    this.#verdict.hidden = this.#gap.hidden = true;
    this.#watcher = new Watcher(this.settings, this.#view());
    this.#changed(this);
  }

  #remove() {
    this.#watcher.close();
    this.section.remove();
    this.gone = true;
    this.#changed(this);
  }

  #add(item) {
    this.#list.prepend(item);
    while (this.#list.children.length > KEPT_EVENTS) this.#list.lastChild.remove();
  }

  /** What a watcher tells after it was changed is not of this one any more. */
  #view() {
    const now = this.settings;
    const current = (act) => (...told) => { if (now === this.settings) act(...told); };
    return {
      opens: current((live) => {
        this.#badge.live = live;
        if (this.#watcher) this.#changed(this);
      }),
      state: current((status, { reason, tab, attempts }) => this.#state(status, { reason, tab, attempts })),
      note: current((kind, text) => this.#note(kind, text)),
      event: current((...event) => {
        const item = eventEntry(...event);
        this.#add(item);
        if (this.#waits === item.dataset.cursor) this.#got();
      }),
    };
  }

  #note(kind, text) {
    this.#add(noteEntry(kind, text));
    if (kind !== 'gap') return;
    // What is caught up after it may be more than the list keeps.
    this.#gap.textContent = visible(text);
    this.#gap.hidden = false;
  }

  #state(status, { reason, tab, attempts }) {
    const asleep = status === 'asleep';
    const shares = tab === 'follower';
    this.section.dataset.state = status;
    this.section.dataset.tab = tab;
    this.#details.textContent = visible([
      asleep && 'asleep',
      shares && status === 'connected' && 'shares a stream',
      !asleep && !PLAIN.includes(status) && (REASONS[reason] ?? reason),
      !asleep && attempts > 1 && `try ${attempts}`].filter(Boolean).map((it) => ` · ${it}`).join(''));
    this.#details.title = shares ? 'Another tab, or another watcher, holds the stream' : '';
    // What is held elsewhere cannot be broken from here.
    for (const it of [this.#cut, this.#sleep, this.#kill]) it.disabled = shares;
    this.#sleep.textContent = asleep ? 'Wake up' : 'Sleep 30 s';
  }

  /** Says nothing about an event any more. */
  quiet() {
    this.#waits = undefined;
    this.#verdict.hidden = true;
  }

  /** Says whether it gets the event at `cursor`, and why not; and when it has it. */
  tell({ delivered, masked, why }, cursor) {
    this.#verdict.dataset.ok = String(delivered);
    this.#verdict.replaceChildren(make('b', {}, delivered ? '✓ Gets it' : '✗ Does not get it'),
      visible(delivered ? (masked ? ', with fields masked' : '') : `. ${why}`));
    this.#verdict.hidden = false;
    if (!delivered) return;
    this.#waits = cursor;
    if ([...this.#list.children].some((it) => it.dataset.cursor === cursor)) this.#got();
  }

  #got() {
    this.#waits = undefined;
    this.#verdict.firstChild.textContent = '✓ Got it';
  }
}
