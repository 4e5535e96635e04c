/** Who sends what, and what was refused. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { count, rate } from '../format.js';
import { html } from '../html.js';
import { type Column, Ago, Badge, Table, Text, Texts, said } from '../parts.js';
import type { Publisher } from '../types.js';

function Pause({ it }: { it: Publisher }) {
  const paused = it.state === 'paused';
  const path = `publishers/${encodeURIComponent(it.name)}/${paused ? 'resume' : 'pause'}`;
  return html`<${Action} danger=${!paused} act=${{
    verb: paused ? 'Resume' : 'Pause',
    title: paused ? `Let ${it.name} publish again?` : `Pause ${it.name}?`,
    explain: paused ? undefined : 'Its requests are refused with 503 until it is resumed; senders that retry lose nothing.',
    rehearse: async () => {
      const would = await act<{ readonly state: string; readonly changed: boolean }>('POST', path, { 'dry-run': 'true' });
      return would?.changed ? `Would be ${would.state} then.` : `Is ${would?.state} already.`;
    },
    perform: async (reason: string) => {
      await act('POST', path, { reason });
      return said.value = `${it.name} is ${paused ? 'resumed' : 'paused'}.`;
    },
  }}/>`;
}

/** How many there are, and how old their files are. */
const Secrets = ({ it }: { it: Publisher }) => it.secrets == null ? html`<span class="nothing">none</span>` : html`${count(it.secrets.count)}
  ${it.secrets.files.map((file) => html`<small class="why" key=${file.file}><${Text} value=${file.file}/> ${file.changed && html`<${Ago} time=${file.changed}/>`}
    ${file.error && html` <${Badge} tone="bad">kept<//> <${Text} mono=${false} value=${file.error}/> ${file.next}`}</small>`)}`;

const COLUMNS: readonly Column<Publisher>[] = [
  { name: 'Publisher', sort: 'name', show: (it) => html`<${Text} value=${it.name}/>` },
  { name: 'State', sort: 'state', show: (it) => html`<${Badge} tone=${it.state === 'active' ? 'good' : 'bad'}>${it.state}<//>${it.since && html` <small><${Ago} time=${it.since}/></small>`}` },
  { name: 'Last seen', sort: 'lastSeen', show: (it) => it.lastSeen ? html`<${Ago} time=${it.lastSeen}/>` : 'never' },
  { name: 'Stored', sort: 'stored', figure: true, show: (it) => count(it.stored) },
  { name: 'Duplicates', sort: 'duplicates', figure: true, show: (it) => count(it.duplicates) },
  { name: 'Refused', sort: 'refused', figure: true, show: (it) => count(it.refused) },
  { name: 'Last refusal', show: (it) => it.lastRefusal == null ? 'none' : html`<${Badge} tone="bad">${it.lastRefusal.code}<//> <small><${Ago} time=${it.lastRefusal.time}/></small>
      <small class="why"><${Text} mono=${false} value=${it.lastRefusal.detail}/> ${it.lastRefusal.pointer && html`<code>${it.lastRefusal.pointer}</code>`}</small>` },
  { name: 'Rate', show: (it) => it.rate?.allowed == null ? 'no limit' : html`${rate(it.rate.used)} <small>of ${rate(it.rate.allowed)} a second</small>` },
  { name: 'Scheme', sort: 'scheme', show: (it) => it.scheme },
  { name: 'Secrets', show: (it) => html`<${Secrets} it=${it}/>` },
  { name: 'Tenants', show: (it) => html`<${Texts} values=${it.tenants}/>` },
  { name: 'Act', show: (it) => html`<${Pause} it=${it}/>` },
];

export const Publishers = () => html`<${Table} label="Publishers" path="publishers" columns=${COLUMNS} sort="-refused" keyOf=${(it: Publisher) => it.name}
  empty=${html`Nobody may publish: <code>relay.publishers</code> has no entry.`}/>`;
