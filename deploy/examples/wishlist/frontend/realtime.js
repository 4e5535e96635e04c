// The stream of thin events: each has what changed pulled by the replication.
import { computed, onMounted, onUnmounted, ref, watch } from 'vue';

const DELAYS_MS = [1000, 2000, 4000, 8000, 16_000, 30_000];
const ATTEMPTS_UNTIL_POLLING = 3;
const POLL_MS = 30_000;
const PULLS = {
  'items:updated': 'items',
  'items:resolved': 'items',
  'wishlists:updated': 'wishlists',
  'marks:updated': 'marks',
};

/**
 * @param address a ref: where the stream is, or null while nobody is logged in
 * @param pull has a collection pulled, or all of them
 * @param resolved is called with what `items:resolved` says
 */
export function useRealtimeSync({ address, pull, resolved }) {
  const isConnected = ref(false);
  const lastEventTime = ref(null);
  const reconnectAttempts = ref(0);
  let source = null;
  let timer = null;
  let poll = null;

  const state = computed(() => {
    if (isConnected.value) return 'realtime';
    return reconnectAttempts.value < ATTEMPTS_UNTIL_POLLING ? 'reconnecting' : 'polling';
  });

  function connect() {
    disconnect();
    if (!address.value || !navigator.onLine) return;
    source = new EventSource(address.value, { withCredentials: true });
    source.onopen = () => {
      isConnected.value = true;
      reconnectAttempts.value = 0;
      // A new EventSource does not know where the last one was.
      pull();
    };
    source.onerror = () => {
      isConnected.value = false;
      // While it is CONNECTING, the browser comes back by itself.
      if (source.readyState === EventSource.CLOSED) scheduleReconnect();
    };
    source.addEventListener('sync:ping', () => { lastEventTime.value = new Date(); });
    for (const [type, collection] of Object.entries(PULLS)) {
      source.addEventListener(type, ({ data }) => {
        lastEventTime.value = new Date();
        pull(collection);
        if (type === 'items:resolved') resolved(JSON.parse(data));
      });
    }
  }

  function scheduleReconnect() {
    const delay = DELAYS_MS[Math.min(reconnectAttempts.value, DELAYS_MS.length - 1)];
    reconnectAttempts.value += 1;
    timer = setTimeout(connect, delay);
  }

  function disconnect() {
    clearTimeout(timer);
    source?.close();
    source = null;
    isConnected.value = false;
  }

  watch(address, () => {
    reconnectAttempts.value = 0;
    connect();
  });
  onMounted(() => {
    window.addEventListener('online', connect);
    window.addEventListener('offline', disconnect);
    poll = setInterval(() => { if (address.value && !isConnected.value && navigator.onLine) pull(); }, POLL_MS);
    connect();
  });
  onUnmounted(() => {
    window.removeEventListener('online', connect);
    window.removeEventListener('offline', disconnect);
    clearInterval(poll);
    disconnect();
  });

  return { isConnected, lastEventTime, reconnectAttempts, state, connect, disconnect };
}
