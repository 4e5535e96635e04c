// A dedicated worker with the library in it, which tells its page what it was told.
import { connect } from '/heliograph.js';

onmessage = ({ data: { as, options } }) => {
  const token = async () => (await fetch(`/token?${new URLSearchParams(as)}`)).text();
  const live = connect({ url: '/v1/stream', topics: ['orders.>'], token, ...options });
  live.on('*', (data) => postMessage({ event: data }));
  live.onStatus((status, { tab }) => postMessage({ status, tab }));
};
