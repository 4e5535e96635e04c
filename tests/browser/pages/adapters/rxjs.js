import { live, orders$ } from 'readme';
import { stage } from './stage.js';

stage(live, (place) => {
  const shown = orders$.subscribe((orders) => { place.textContent = orders.join(', '); });
  return () => shown.unsubscribe();
});
