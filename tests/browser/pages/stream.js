// A page of an application with the library, which tells a test all that it was told.
import { connect } from '/heliograph.js';

const events = [];
const gaps = [];
const statuses = [];
const errors = [];
let live;

addEventListener('error', ({ message }) => errors.push(message));
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));

/** Opens a stream; `as` is who has logged in, and for how many seconds. */
globalThis.open = (as, options) => {
  const token = async (signal) => (await fetch(`/token?${new URLSearchParams(as)}`, { signal })).text();
  live = connect({ url: '/v1/stream', topics: ['orders.>'], token, onError: (error) => errors.push(String(error)), ...options });
  live.on('*', (data) => events.push(data));
  live.onGap(({ reason }) => gaps.push(reason));
  live.onStatus((status, { reason }) => statuses.push(reason === undefined ? status : `${status}: ${reason}`));
};
globalThis.told = () => ({
  events, gaps, statuses, errors, status: live?.status, position: live?.position, ...live?.details,
  persisted: globalThis.persisted,
});
globalThis.close = (options) => live.close(options);
globalThis.reconnect = () => live.reconnect();

/** Opens streams one after the other, each until it is connected, as a page does whose parts come and go. */
globalThis.mount = async (as, options, times) => {
  for (let time = 0; time < times; time++) {
    const token = async () => (await fetch(`/token?${new URLSearchParams(as)}`)).text();
    const one = connect({ url: '/v1/stream', topics: ['orders.>'], token, ...options });
    one.on('order.paid', () => {});
    one.onGap(() => {});
    await new Promise((resolve) => { one.onStatus((status) => status === 'connected' && resolve()); });
    one.close();
  }
};
addEventListener('pageshow', (event) => { globalThis.persisted = event.persisted; });
