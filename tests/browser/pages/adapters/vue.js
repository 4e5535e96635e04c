import { createApp, version } from 'vue';
import Orders from 'readme';
import { stage } from './stage.js';

stage(undefined, (place) => {
  const app = createApp(Orders);
  app.mount(place);
  return () => app.unmount();
});
globalThis.version = version;
