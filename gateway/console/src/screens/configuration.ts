/** What is configured, and where from. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { count } from '../format.js';
import { html } from '../html.js';
import { type Column, Ago, Badge, Failed, Filters, Table, Text, useRead } from '../parts.js';
import { refine, route } from '../route.js';
import type { ConfigItem, Configuration as Values } from '../types.js';

interface Reloaded {
  readonly changes: readonly { readonly key: string; readonly entry?: string; readonly change: string; readonly restart: boolean }[];
  readonly restart: readonly string[];
  readonly ended: number;
}

const told = (dry: boolean, { changes, restart, ended }: Reloaded = { changes: [], restart: [], ended: 0 }): string => {
  const inForce = changes.filter((each) => !each.restart).map(({ key, entry, change }) => `${key}${entry === undefined ? '' : ` ${entry}`} ${change}`);
  return [
    inForce.length === 0 ? 'Nothing changes.' : `${dry ? 'Would be in force' : 'In force'}: ${inForce.join(', ')}.`,
    ...ended === 0 ? [] : [`${count(ended)} streams ${dry ? 'would be' : 'were'} told to come back.`],
    ...restart.length === 0 ? [] : [`Only from the next start on: ${restart.join(', ')}.`],
  ].join(' ');
};

const COLUMNS: readonly Column<ConfigItem>[] = [
  { name: 'Key', show: (it) => html`<span class="mono">${it.key}</span>` },
  { name: 'Value', show: (it) => html`<${Text} value=${it.value}/>` },
  { name: 'From', show: (it) => it.default ? html`<span class="soft">default</span>` : html`<${Badge} tone="calm">${it.origin}<//>` },
];

export function Configuration() {
  const { value, error, again } = useRead<Values>('config', { limit: 1 });
  const { query } = route.value;
  const own = query.get('default') === 'false';
  return html`
    <${Failed} error=${error}/>
    ${value && html`
    <div class="title">
      <p>${value.file && html`<span class="mono">${value.file}</span>, `}read <${Ago} time=${value.loaded}/>${value.hash && html`, sha256 <span class="mono">${value.hash.slice(0, 8)}</span>`}</p>
      <span class="acts"><${Action} danger=${false} done=${again} act=${{
        verb: 'Reload',
        title: 'Read the configuration anew?',
        explain: 'Streams stay open. A wrong file changes nothing.',
        rehearse: async () => told(true, await act<Reloaded>('POST', 'config/reload', { 'dry-run': 'true' })),
        perform: async (reason: string) => told(false, await act<Reloaded>('POST', 'config/reload', { reason })),
      }}/></span>
    </div>`}
    <${Filters} fields=${[{ name: 'key', label: 'Key' }]}/>
    <p><label class="check"><input type="checkbox" checked=${own} onChange=${() => refine({ default: own ? '' : 'false' })}/> only what differs from the default</label></p>
    <${Table} label="Configuration" path="config" columns=${COLUMNS} keyOf=${(it: ConfigItem) => it.key} empty="No key is like that."
      query=${{ key: query.get('key') ?? undefined, default: query.get('default') ?? undefined }}/>`;
}
