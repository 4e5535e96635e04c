/** What is configured, and where from. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { count } from '../format.js';
import { html } from '../html.js';
import { Ago, Badge, Failed, Filters, Text, useRead } from '../parts.js';
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

const text = (value: unknown): string => typeof value === 'string' ? value : JSON.stringify(value) ?? '';

const Row = ({ it }: { it: ConfigItem }) => html`<tr>
  <th scope="row"><span class="mono">${it.key}</span></th>
  <td data-name="Value"><${Text} value=${text(it.value)}/></td>
  <td data-name="From">${it.default ? html`<span class="soft">default</span>` : html`<${Badge} tone="calm">${it.origin}<//>`}</td>
</tr>`;

export function Configuration() {
  const { value, error, again } = useRead<Values>('config', {}, 10);
  const { query } = route.value;
  const part = (query.get('key') ?? '').toLowerCase();
  const own = query.get('own') === 'yes';
  const items = (value?.items ?? []).filter((it) => (!own || !it.default) && (it.key.toLowerCase().includes(part) || text(it.value).toLowerCase().includes(part)));
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
    </div>
    <${Filters} fields=${[{ name: 'key', label: 'Key or value' }]}/>
    <p><label class="check"><input type="checkbox" checked=${own} onChange=${() => refine({ own: own ? '' : 'yes' })}/> only what differs from the default</label></p>
    ${items.length === 0 ? html`<p class="empty">No key is like that.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Configuration"><table>
      <caption class="unseen">Configuration</caption>
      <thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
      <tbody>${items.map((it) => html`<${Row} key=${it.key} it=${it}/>`)}</tbody>
    </table></div>
    <p class="pager" role="status">${count(items.length)} of ${count(value.items.length)} shown</p>`}`}`;
}
