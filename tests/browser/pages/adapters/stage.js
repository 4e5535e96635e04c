// Where a page of an adapter mounts what the library's README shows of it, as often as a test wants.
const place = document.body.appendChild(document.createElement('main'));
let mounted;
/** Those who listen to the page's stream and were not taken out. */
let listeners = 0;

/**
 * @param live the stream that the page has, or undefined where each mount has its own
 * @param mount shows it in a place, and gives what takes it out again
 */
export function stage(live, mount) {
  for (const name of live ? ['on', 'onStatus', 'onGap'] : []) {
    const listen = live[name];
    live[name] = (...all) => {
      const off = listen(...all);
      listeners++;
      return () => {
        listeners--;
        off();
      };
    };
  }
  globalThis.mount = async () => { mounted = await mount(place); };
  globalThis.unmount = async () => { await mounted(); };
  globalThis.mounts = async (times) => {
    for (let time = 0; time < times; time++) {
      await globalThis.mount();
      // Frameworks do some of it in tasks of their own.
      await new Promise((resolve) => { setTimeout(resolve); });
      await globalThis.unmount();
    }
  };
  globalThis.listeners = () => listeners;
  globalThis.close = () => live?.close();
  globalThis.shown = () => place.textContent.trim();
}
