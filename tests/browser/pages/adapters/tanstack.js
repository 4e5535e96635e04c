import { createElement, StrictMode, version } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { App, live } from 'readme';
import { stage } from './stage.js';

stage(live, (place) => {
  const root = createRoot(place);
  const render = () => flushSync(() => root.render(createElement(StrictMode, null, createElement(App))));
  render();
  globalThis.again = render;
  return () => root.unmount();
});
globalThis.version = version;
