// An EventSource with handlers by event type, a status, and a way back of its own.

const FIRST_DELAY_MS = 1000;
const MOST_DELAY_MS = 30_000;
const ATTEMPTS_UNTIL_ERROR = 5;

/** Statuses are `connected`, `reconnecting`, `disconnected` and `error`. */
export class SSEClient {
  #url;
  #source = null;
  #timer = null;
  #attempts = 0;
  #handlers = new Map();
  #statusCallbacks = [];
  status = 'disconnected';

  constructor(url) {
    this.#url = url;
  }

  /** Has a handler called with the envelope of each event of a type, and its id. */
  on(type, handler) {
    if (!this.#handlers.has(type)) {
      this.#handlers.set(type, []);
      this.#source?.addEventListener(type, this.#route);
    }
    this.#handlers.get(type).push(handler);
    return this;
  }

  /** Has a callback called with the status, now and whenever it changes, and with the attempts since it was connected. */
  onStatus(callback) {
    this.#statusCallbacks.push(callback);
    callback(this.status, this.#attempts);
    return this;
  }

  connect() {
    this.#close();
    const source = new EventSource(this.#url, { withCredentials: true });
    this.#source = source;
    source.addEventListener('connected', () => {
      this.#attempts = 0;
      this.#setStatus('connected');
    });
    // The server says that the session is over: nothing is gained by coming back.
    source.addEventListener('auth.session.expired', () => this.disconnect());
    for (const type of this.#handlers.keys()) source.addEventListener(type, this.#route);
    source.onerror = () => this.#reconnect();
  }

  disconnect() {
    this.#close();
    this.#setStatus('disconnected');
  }

  #route = ({ type, data, lastEventId }) => {
    const payload = JSON.parse(data);
    // Measurements come in batches of one type.
    const events = payload.events ?? [payload];
    for (const event of events) {
      for (const handler of this.#handlers.get(payload.event_type ?? type) ?? []) handler(event, lastEventId);
    }
  };

  #reconnect() {
    this.#close();
    this.#attempts += 1;
    this.#setStatus(this.#attempts > ATTEMPTS_UNTIL_ERROR ? 'error' : 'reconnecting');
    const delay = Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#attempts - 1));
    this.#timer = setTimeout(() => this.connect(), delay);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #setStatus(status) {
    this.status = status;
    for (const callback of this.#statusCallbacks) callback(status, this.#attempts);
  }
}
