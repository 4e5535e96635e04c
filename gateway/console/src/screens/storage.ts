/** How the log is. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { bytes, count, duration, percent, rate } from '../format.js';
import { html } from '../html.js';
import { Ago, Failed, Figure, Text, useRead } from '../parts.js';
import type { Storage as Values } from '../types.js';

const Facts = ({ title, facts }: { title: string; facts: Readonly<Record<string, unknown>> }) => html`<section class="card"><h2>${title}</h2>
  <dl class="facts">${Object.entries(facts).map(([name, value]) => html`<dt key=${name}>${name}</dt><dd><${Text} value=${typeof value === 'number' ? count(value) : String(value ?? '–')}/></dd>`)}</dl></section>`;

export function Storage() {
  const { value: it, error } = useRead<Values>('storage');
  return html`<${Failed} error=${error}/>${it && html`
    ${it.trouble && html`<section class="trouble" role="alert"><h2>The log cannot store</h2>
      <p>Since <${Ago} time=${it.trouble.since}/>. <${Text} value=${it.trouble.error}/></p>${it.trouble.next && html`<p><b>Next:</b> ${it.trouble.next}</p>`}</section>`}
    <dl class="figures">
      <${Figure} name="Log" value=${it.kind} note=${html`epoch <span class="mono">${it.epoch}</span>`}/>
      <${Figure} name="Events" value=${count(it.events)} note=${bytes(it.bytes)}/>
      <${Figure} name="Free on the disk" value=${it.disk ? bytes(it.disk.free) : '–'} note=${it.disk ? percent(it.disk.free / it.disk.total) : 'in memory'} tone=${it.disk && it.disk.free / it.disk.total < 0.1 ? 'bad' : ''}/>
      <${Figure} name="Commits" value=${count(it.commits)} note=${it.eventsPerCommit == null ? '' : `${rate(it.eventsPerCommit)} events each`}/>
      <${Figure} name="A commit takes" value=${it.commit?.p99 == null ? '–' : duration(it.commit.p99)} note="99 of 100"/>
    </dl>
    <div class="columns">
      ${it.path && html`<${Facts} title="Place" facts=${{ folder: it.path }}/>`}
      ${it.retention && html`<${Facts} title="Kept for" facts=${it.retention}/>`}
      ${it.properties && html`<${Facts} title="RocksDB" facts=${it.properties}/>`}
    </div>
    <p class="acts"><${Action} act=${{
      verb: 'Drain the relay',
      title: 'Drain this relay?',
      explain: 'It is no longer ready, tells its clients to come back elsewhere, and ends its streams. It goes on to run until it is stopped.',
      perform: async (reason: string) => {
        await act('POST', 'drain', { reason });
        return 'The relay drains.';
      },
    }}/></p>`}`;
}
