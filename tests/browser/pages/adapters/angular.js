import '@angular/compiler';
import { createComponent, provideZonelessChangeDetection, VERSION } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { live, Orders } from 'readme';
import { stage } from './stage.js';

const application = await createApplication({ providers: [provideZonelessChangeDetection()] });
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
