import htmx from 'htmx.org';
import { liveEvents } from '@heliograph/client/htmx';
import { live, markup, off } from 'readme';
import { stage } from './stage.js';

off();
/** As an answer does that has nothing in it. */
const swap = htmx.version.startsWith('2.')
  ? (target) => htmx.swap(target, '', { swapStyle: 'innerHTML' })
  : (target) => htmx.swap({ target, text: '', swap: 'innerHTML' });

stage(live, (place) => {
  place.innerHTML = markup;
  htmx.process(place);
  const stop = liveEvents(live);
  return () => {
    stop();
    return swap(place);
  };
});
globalThis.version = htmx.version;
