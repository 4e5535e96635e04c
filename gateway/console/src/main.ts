/** The console: its frame, and which screen is in it. */
import { type ComponentType, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { contact, strange } from './api.js';
import { count, duration } from './format.js';
import { html } from './html.js';
import { now, status, watch } from './live.js';
import { said } from './parts.js';
import { href, route } from './route.js';
import { Audit } from './screens/audit.js';
import { Configuration } from './screens/configuration.js';
import { Explain } from './screens/explain.js';
import { Identity } from './screens/identity.js';
import { Overview } from './screens/overview.js';
import { Publishers } from './screens/publishers.js';
import { Revocations } from './screens/revocations.js';
import { Storage } from './screens/storage.js';
import { Streams } from './screens/streams.js';
import { Tail } from './screens/tail.js';
import { Tenants } from './screens/tenants.js';
import { Topics } from './screens/topics.js';
import { session, who } from './session.js';

const SCREENS: Readonly<Record<string, { readonly title: string; readonly of: ComponentType; readonly note?: () => string }>> = {
  '': { title: 'Overview', of: Overview },
  tenants: { title: 'Tenants', of: Tenants, note: () => count(status.value?.tenants) },
  streams: { title: 'Streams', of: Streams, note: () => count(status.value?.streams) },
  topics: { title: 'Topics', of: Topics },
  publishers: { title: 'Publishers', of: Publishers },
  tail: { title: 'Tail', of: Tail },
  explain: { title: 'Explain', of: Explain },
  revocations: { title: 'Revocations', of: Revocations },
  identity: { title: 'Identity', of: Identity },
  storage: { title: 'Log and storage', of: Storage },
  configuration: { title: 'Configuration', of: Configuration },
  audit: { title: 'Audit', of: Audit },
};

function State() {
  const gone = contact.value;
  const it = status.value;
  if (gone) return html`<p class="state bad" role="status">The relay does not answer, for ${duration(Math.round(Math.max(0, now.value - gone.since) / 1000))}</p>`;
  if (!it) return html`<p class="state wait" role="status">Reading</p>`;
  const good = it.ready && it.troubles.length === 0;
  return html`<p class="state ${good ? 'good' : 'bad'}" role="status">${good ? 'Well' : it.troubles[0]?.what ?? it.state}</p>`;
}

function Who() {
  const it = session.value;
  if (!it) return null;
  return html`<p class="who"><span class="mono">${it.name}</span> <small>${it.roles.join(', ')}</small>
    ${it.login !== 'none' && html`<form method="post" action=${it.logout ?? '/logout'}><button>Log out</button></form>`}</p>`;
}

function Console() {
  const { screen } = route.value;
  const known = Object.hasOwn(SCREENS, screen) ? SCREENS[screen] : undefined;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${known?.title ?? 'Not found'} · Heliograph`;
    // The focus goes along, as it does when a page is loaded.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [screen, route.value.item]);
  useEffect(() => {
    // A page that is to be logged into is asked for, as it leads there.
    if (strange.value) location.reload();
  }, [strange.value]);
  return html`
    <a class="skip" href="#main" onClick=${(event: Event) => { event.preventDefault(); main.current?.focus(); }}>To the screen</a>
    <header>
      <a class="brand" href="#/"><img src="mark.svg" width="26" height="26" alt=""/>Heliograph</a>
      <${State}/>
      <${Who}/>
    </header>
    <nav aria-label="Screens"><ul>${Object.entries(SCREENS).map(([name, it]) => html`<li key=${name}>
      <a href=${href(name)} aria-current=${name === screen ? 'page' : undefined}>${it.title}${it.note && html`<small>${it.note()}</small>`}</a></li>`)}</ul></nav>
    <main ref=${main} tabindex="-1" id="main">
      <h1>${known?.title ?? 'Not found'}</h1>
      <p class="said" role="status">${said.value}</p>
      ${known ? html`<${known.of} key=${screen}/>` : html`<p class="empty">There is no such screen. <a href="#/">Overview</a></p>`}
    </main>`;
}

void who();
watch();
const place = document.getElementById('console')!;
// What stands there without a script goes.
place.replaceChildren();
render(html`<${Console}/>`, place);
