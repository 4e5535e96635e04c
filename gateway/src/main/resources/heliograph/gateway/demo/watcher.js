// One watcher: a stream of its own with a token of its own, by the client library, and ways to break it.
import { connect } from '/client/heliograph.js';

/** For how long it sleeps, and for how long a token lives that is to be seen ending. */
const SLEEP_MS = 30_000;
const SHORT_LIFE_S = 6;
/** Why events are missing, in the words of somebody who has not read the contract. */
const GAPS = {
  epoch: 'the position is of another log, or of another tenant', retention: 'the position is older than the log keeps', overflow: 'there were too many of them',
  'no-position': 'it came back without a position', dropped: 'they came too fast',
};

export const subjectOf = ({ tenant, roles, user }) => user || [tenant, ...roles].join('-');

export class Watcher {
  #settings;
  #view;
  #live;
  #line = new AbortController();
  #asleep = 0;
  #gone = false;
  // Until then the application has no new token to give, as when somebody has logged out elsewhere.
  #noneBefore = 0;
  #seconds;
  #openedAt = 0;

  /**
   * @param view is told of `opens(live)` with each stream of the library, `state(status, details)`,
   * `event(envelope, message, caughtUp)` and `note(kind, text)`
   */
  constructor(settings, view) {
    this.#settings = settings;
    this.#view = view;
    this.#connect();
  }

  get live() { return this.#live; }
  get asleep() { return this.#asleep !== 0; }

  #connect(from) {
    const { topics, filter } = this.#settings;
    this.#live = connect({
      url: '/v1/stream',
      ...(topics.length > 0 && { topics }),
      ...(filter && { filter }),
      ...(from && { from }),
      query: { format: 'cloudevents' }, // For it tells topic, time and id as well.
      subject: subjectOf(this.#settings),
      token: (signal) => this.#token(signal),
      fetch: (url, init) => this.#fetch(url, init),
    });
    this.#view.opens(this.#live);
    this.#live.onStatus((status, details) => this.#view.state(this.#asleep ? 'asleep' : status, details));
    this.#live.onGap(({ reason }) => this.#view.note('gap', `Events are missing: ${GAPS[reason] ?? reason}. An application fetches its state anew here.`));
    this.#live.on('*', (envelope, message) => {
      this.#view.event(envelope, message, Date.parse(envelope?.time) < this.#openedAt);
    });
  }

  async #token(signal) {
    if (Date.now() < this.#noneBefore) throw new Error('no new token yet');
    const { tenant, roles, user } = this.#settings;
    const query = new URLSearchParams({ tenant, subject: subjectOf({ tenant, roles, user }) });
    for (const role of roles.length > 0 ? roles : ['']) query.append('role', role);
    if (this.#seconds) {
      query.set('seconds', this.#seconds);
      this.#noneBefore = Date.now() + this.#seconds * 1000;
      this.#seconds = undefined;
    }
    const answer = await fetch(`/demo/token?${query}`, { signal });
    if (!answer.ok) throw new Error(`no token: status ${answer.status}`);
    return answer.text();
  }

  /** As the browser's own, but it can be cut, and it reaches nothing while it sleeps. */
  async #fetch(url, init) {
    if (this.#asleep) throw new TypeError('asleep');
    const { pathname } = new URL(url);
    const position = new Headers(init.headers).get('Last-Event-ID');
    const answer = await fetch(url, { ...init, signal: AbortSignal.any([init.signal, this.#line.signal]) });
    if (pathname !== '/v1/stream') {
      this.#view.note('renewed', `New token in place, on the same stream: HTTP ${answer.status}`);
    } else if (!answer.ok) {
      this.#view.note('refused', `Refused: HTTP ${answer.status}${await detailOf(answer.clone())}`);
    } else {
      this.#openedAt = position ? Date.now() : 0;
      this.#view.note('opened', position ? `Open again, resumed after ${position}` : 'Open');
    }
    return answer;
  }

  /** Cuts the socket: the browser closes its connection, as if the network had. */
  cut() {
    this.#view.note('cut', 'You cut the connection');
    this.#hangUp();
  }

  #hangUp() {
    this.#line.abort();
    this.#line = new AbortController();
  }

  /** Is away for a while, in which events go on. */
  sleep() {
    if (this.#asleep) return;
    this.#view.note('asleep', `Asleep for ${SLEEP_MS / 1000} s; what is published meanwhile waits in the log`);
    this.#asleep = setTimeout(() => this.wake(), SLEEP_MS);
    this.#hangUp();
    this.#view.state('asleep', this.#live.details);
  }

  wake() {
    if (!this.#asleep) return;
    clearTimeout(this.#asleep);
    this.#asleep = 0;
    if (this.#gone) return;
    this.#view.note('awake', 'Awake');
    this.#live.reconnect();
  }

  /** Goes on with a token that ends in seconds, and has no other before that one is over. */
  killToken() {
    this.#view.note('token', `This token ends in ${SHORT_LIFE_S} s, and there is no other before`);
    const from = this.#live.position;
    this.#live.close();
    this.#seconds = SHORT_LIFE_S;
    this.#noneBefore = 0;
    this.#connect(from);
  }

  close() {
    this.#gone = true;
    clearTimeout(this.#asleep);
    this.#live.close();
  }
}

async function detailOf(answer) {
  try {
    const { detail } = await answer.json();
    return detail ? `, ${detail}` : '';
  } catch {
    return '';
  }
}
