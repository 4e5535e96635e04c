/** Who is connected, and how late each is. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { bytes, count, duration, secondsSince, streams } from '../format.js';
import { html } from '../html.js';
import { now } from '../live.js';
import { type Column, Ago, At, Badge, Failed, Filters, Lateness, Link, Table, Text, Texts, useRead } from '../parts.js';
import { href, route } from '../route.js';
import type { Done, Stream } from '../types.js';

const STATES = ['live', 'reading', 'blocked'] as const;

const State = ({ it }: { it: Stream }) => html`<${Badge} tone=${it.state === 'live' ? 'good' : it.state === 'blocked' ? 'bad' : 'wait'}>${it.state}<//>${
  it.state !== 'live' && it.since && html` <small title=${it.since}>for ${duration(Math.round(secondsSince(it.since, now.value)))}</small>`}`;

const COLUMNS: readonly Column<Stream>[] = [
  { name: 'Stream', sort: 'id', show: (it) => html`<${Link} screen="streams" item=${it.id}><span class="mono id">${it.id}</span><//>` },
  { name: 'State', sort: 'blocked', figure: false, show: (it) => html`<${State} it=${it}/>` },
  { name: 'Late', sort: 'late', figure: true, show: (it) => html`<${Lateness} late=${it.late}/>` },
  { name: 'Tenant', show: (it) => html`<${Text} value=${it.tenant}/>` },
  { name: 'Subject', show: (it) => html`<${Text} value=${it.subject}/>` },
  { name: 'Topics', show: (it) => html`<${Texts} values=${it.topics}/>` },
  { name: 'Queued', sort: 'queued', figure: true, show: (it) => count(it.queued) },
  { name: 'Events', sort: 'events', figure: true, show: (it) => count(it.events) },
  { name: 'Gaps', sort: 'gaps', figure: true, show: (it) => count(it.gaps) },
  { name: 'Bytes', sort: 'bytes', figure: true, show: (it) => bytes(it.bytes) },
  { name: 'Opened', sort: 'opened', show: (it) => html`<${Ago} time=${it.opened}/>` },
];

/** Ends all streams of a tenant, or of one of its subjects. */
export function EndAll({ tenant, subject, done }: { tenant: string; subject?: string | undefined; done?(): void }) {
  const whose = subject ? `${subject} of ${tenant}` : tenant;
  return html`<${Action} done=${done} act=${{
    verb: subject ? 'End the subject’s streams' : 'End the tenant’s streams',
    title: `End all streams of ${whose}?`,
    explain: 'Clients that are still allowed in come back at once and miss nothing. Revoke, to keep them out.',
    rehearse: async () => `Would end ${streams((await act<Done>('DELETE', 'streams', { tenant, subject, 'dry-run': 'true' }))?.ended)}.`,
    perform: async (reason: string) => `Ended ${streams((await act<Done>('DELETE', 'streams', { tenant, subject, reason }))?.ended)} of ${whose}.`,
  }}/>`;
}

export function Streams() {
  const { item, query } = route.value;
  if (item) return html`<${One} key=${item} id=${item}/>`;
  const asked = Object.fromEntries(['tenant', 'subject', 'topic', 'profile', 'state'].map((name) => [name, query.get(name) ?? undefined]));
  return html`
    <${Filters} fields=${[
      { name: 'tenant', label: 'Tenant' }, { name: 'subject', label: 'Subject' }, { name: 'topic', label: 'Sees topic', hint: 'orders.42' },
      { name: 'profile', label: 'Profile' }, { name: 'state', label: 'State', options: STATES },
    ]}/>
    ${asked['tenant'] && html`<p class="acts"><${EndAll} tenant=${asked['tenant']} subject=${asked['subject']}/></p>`}
    <${Table} label="Streams" path="streams" query=${asked} columns=${COLUMNS} sort="-late" keyOf=${(it: Stream) => it.id}
      empty=${query.size > 0 ? 'No stream is like that.' : html`Nobody is connected. A stream opens with <code>GET /v1/stream</code> on the public listener.`}/>`;
}

function One({ id }: { id: string }) {
  const { value: it, error } = useRead<Stream>(`streams/${encodeURIComponent(id)}`);
  const gone = error?.status === 404;
  return html`
    <p class="back"><a href=${href('streams', '', { sort: '-late' })}>All streams</a></p>
    ${gone ? html`<p class="failed" role="status">This stream is over. <${Link} screen="audit">Was it an operator?<//></p>` : html`<${Failed} error=${error}/>`}
    ${it && html`
    <section class="card" aria-label="Stream">
      <div class="title"><h2><span class="mono id">${it.id}</span></h2>${gone ? html`<${Badge} tone="bad">over<//>` : html`<${State} it=${it}/>`}
        <span class="acts">
          <a class="button" href=${href('explain', '', { tenant: it.tenant, subject: it.subject, stream: it.id })}>Why did it not get …?</a>
          ${!gone && html`<${Action} act=${{
            verb: 'End it',
            title: 'End this stream?',
            explain: html`The client is told <code>system.end</code>, and comes back at once if it is still allowed in. It misses nothing.`,
            rehearse: async () => `Would end ${streams((await act<Done>('DELETE', `streams/${encodeURIComponent(id)}`, { 'dry-run': 'true' }))?.ended ?? 1)} of ${it.subject}.`,
            perform: async (reason: string) => {
              await act('DELETE', `streams/${encodeURIComponent(id)}`, { reason });
              return `Ended the stream of ${it.subject}.`;
            },
          }}/>
          <a class="button" href=${href('revocations', '', { tenant: it.tenant, subject: it.subject })}>Revoke …</a>`}
        </span>
      </div>
      <dl class="facts">
        <dt>Late</dt><dd><${Lateness} late=${it.late}/></dd>
        ${it.next && html`<dt>Next</dt><dd>${it.next}</dd>`}
        <dt>Tenant</dt><dd><${Link} screen="streams" query=${{ tenant: it.tenant }}><${Text} value=${it.tenant}/><//></dd>
        <dt>Subject</dt><dd><${Link} screen="streams" query=${{ tenant: it.tenant, subject: it.subject }}><${Text} value=${it.subject}/><//></dd>
        <dt>Roles</dt><dd><${Texts} values=${it.roles}/></dd>
        <dt>Topics</dt><dd><${Texts} values=${it.topics}/></dd>
        <dt>Types</dt><dd><${Texts} values=${it.types}/></dd>
        <dt>Filter</dt><dd><${Text} value=${it.filter}/></dd>
        <dt>Profile</dt><dd><${Text} value=${it.profile}/></dd>
        <dt>Opened</dt><dd><${At} time=${it.opened}/> (<${Ago} time=${it.opened}/>)</dd>
        <dt>Address</dt><dd><${Text} value=${it.peer}/></dd>
        <dt>Agent</dt><dd><${Text} value=${it.agent}/></dd>
        <dt>Format</dt><dd>${it.format}${it.gzip ? ', gzip' : ''}</dd>
        <dt>Queued</dt><dd>${count(it.queued)}</dd>
        <dt>Delivered</dt><dd>${count(it.events)} events, ${bytes(it.bytes)}, ${count(it.gaps)} gaps</dd>
        <dt>Last write</dt><dd><${Ago} time=${it.lastWrite}/></dd>
        <dt>Position</dt><dd><${Text} value=${it.position}/></dd>
        <dt>Token ends</dt><dd><${At} time=${it.tokenEnds}/></dd>
      </dl>
    </section>
    <section class="card"><h2>Last frames</h2>
      ${(it.frames ?? []).length === 0 ? html`<p class="empty">None yet.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Last frames"><table>
        <caption class="unseen">Last frames</caption>
        <thead><tr><th scope="col">Position</th><th scope="col">Written</th><th scope="col">Type</th><th scope="col" class="number">Bytes</th></tr></thead>
        <tbody>${it.frames!.map((frame) => html`<tr key=${frame.id + frame.time}><th scope="row"><${Link} screen="explain" query=${{ tenant: it.tenant, stream: it.id, event: frame.id }}><span class="mono">${frame.id}</span><//></th>
          <td data-name="Written"><${At} time=${frame.time}/></td><td data-name="Type"><${Text} value=${frame.type}/></td>
          <td data-name="Bytes" class="number">${frame.bytes == null ? 'of several' : bytes(frame.bytes)}</td></tr>`)}</tbody>
      </table></div>`}
    </section>`}`;
}
