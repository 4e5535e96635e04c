// Vue on a server, where there is no document.
import { expect, test } from 'vitest';
import { createSSRApp, defineComponent, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { useLive } from '../src/adapters/vue.js';

test('a component that is rendered on a server opens no stream, and shows what a browser begins with', async () => {
  let asked = 0;
  const View = defineComponent(() => {
    const { status, gap } = useLive({
      url: 'http://relay.example/v1/stream',
      fetch: () => {
        asked++;
        return Promise.reject(new TypeError('no network'));
      },
    });
    return () => h('p', `${status.value} ${gap.value?.reason ?? 'no gap'}`);
  });
  expect(await renderToString(createSSRApp(View))).toBe('<p>connecting no gap</p>');
  expect(asked).toBe(0);
});
