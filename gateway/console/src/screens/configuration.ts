/** What is configured, and where from. */
import { Action } from '../action.js';
import { act } from '../api.js';
import { count } from '../format.js';
import { html } from '../html.js';
import { Ago, Badge, Failed, Filters, Text, useRead } from '../parts.js';
import { refine, route } from '../route.js';
import type { ConfigItem, Configuration as Values } from '../types.js';

interface Reloaded {
  readonly changed?: readonly string[];
  readonly needRestart?: readonly string[];
}

const list = (words: readonly string[]): string => words.length === 0 ? 'nothing' : words.join(', ');
const told = (it: Reloaded | undefined, would: string): string =>
  `${would} ${list(it?.changed ?? [])}.${it?.needRestart?.length ? ` A restart is needed for ${list(it.needRestart)}.` : ''}`;

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
        rehearse: async () => told(await act<Reloaded>('POST', 'config/reload', { 'dry-run': 'true' }), 'Would change'),
        perform: async (reason: string) => told(await act<Reloaded>('POST', 'config/reload', { reason }), 'Changed'),
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
