import { RXDB_VERSION } from 'rxdb/plugins/core';
import { listen, live, off, orders } from 'readme';
import { stage } from './stage.js';

off();
stage(live, (place) => {
  const stop = listen();
  const shown = orders.find({ sort: [{ order: 'asc' }] }).$.subscribe((found) => {
    place.textContent = found.map(({ order }) => order).join(', ');
  });
  return () => {
    shown.unsubscribe();
    stop();
  };
});
globalThis.version = RXDB_VERSION;
