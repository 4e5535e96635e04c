import '@angular/compiler';
import 'zone.js';
import { createComponent, provideZoneChangeDetection, VERSION } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { live, Orders } from 'readme';
import { stage } from './stage.js';

const application = await createApplication({ providers: [provideZoneChangeDetection()] });
stage(live, (place) => {
  const hostElement = place.appendChild(document.createElement('app-orders'));
  const shown = createComponent(Orders, { environmentInjector: application.injector, hostElement });
  application.attachView(shown.hostView);
  return () => {
    shown.destroy();
    hostElement.remove();
  };
});
globalThis.version = VERSION.full;
