/** What was taken back. */
import { useEffect, useState } from 'preact/hooks';
import { Action } from '../action.js';
import { act } from '../api.js';
import { streams } from '../format.js';
import { html } from '../html.js';
import { type Column, Ago, At, Filters, Table, Text } from '../parts.js';
import { route } from '../route.js';
import { session } from '../session.js';
import type { Done, Revocation } from '../types.js';

const FACTS = ['tenant', 'subject', 'session', 'token', 'issuer'] as const;
type Facts = Partial<Record<typeof FACTS[number], string>>;

const said = (facts: Facts): string => Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', ');
const text = (value: unknown): string | undefined => typeof value === 'string' ? value : undefined;

const COLUMNS: readonly Column<Revocation>[] = [
  { name: 'Whose', show: (it) => html`<span class="list">${FACTS.filter((name) => it[name]).map((name) => html`<span key=${name}><small>${name}</small> <${Text} value=${text(it[name])}/></span>`)}</span>` },
  { name: 'Credentials from before', show: (it) => html`<${At} time=${text(it['before'])}/> <small>(<${Ago} time=${text(it['before'])}/>)</small>` },
  { name: 'Kept until', show: (it) => html`<${At} time=${text(it['expires']) ?? it.until}/>` },
  { name: 'Why', show: (it) => html`<${Text} mono=${false} value=${it.reason}/>` },
  { name: 'Act', show: (it) => html`<${Action} act=${{
    verb: 'Take back',
    title: 'Take this revocation back?',
    explain: 'Credentials that it named are good again, as far as they are not over.',
    rehearse: async () => {
      await act('DELETE', `revocations/${encodeURIComponent(it.id)}`, { 'dry-run': 'true' });
      return 'Would give it up; it is kept still.';
    },
    perform: async (reason: string) => {
      await act('DELETE', `revocations/${encodeURIComponent(it.id)}`, { reason });
      return 'Taken back. It is shown until the list is read anew.';
    },
  }}/>` },
];

export function Revocations() {
  const { query } = route.value;
  const [facts, set] = useState<Facts>({});
  useEffect(() => set(Object.fromEntries(FACTS.flatMap((name) => query.get(name) ? [[name, query.get(name)!]] : []))), [String(query)]);
  const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value.trim() !== '')) as Facts;
  const asked = { tenant: query.get('tenant') ?? undefined, subject: query.get('subject') ?? undefined };
  return html`
    ${session.value?.roles.includes('operator') && html`<section class="card"><h2>Revoke</h2>
      <p class="soft">Credentials that have all of these and are from before now are refused from now on, and their streams end.</p>
      <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
        ${FACTS.map((name) => html`<label key=${name}>${name}<input value=${facts[name] ?? ''} spellcheck=${false} autocomplete="off"
          onInput=${(event: Event) => set({ ...facts, [name]: (event.target as HTMLInputElement).value })}/></label>`)}
      </form>
      <p class="acts">${Object.keys(given).length === 0 ? html`<span class="soft">Fill in at least one of them.</span>` : html`<${Action} act=${{
        verb: 'Revoke',
        title: `Revoke ${said(given)}?`,
        rehearse: async () => `Would end ${streams((await act<Done>('POST', 'revocations', { 'dry-run': 'true' }, given))?.ended)}.`,
        perform: async (reason: string) => `Revoked; ended ${streams((await act<Done>('POST', 'revocations', { reason }, given))?.ended)}.`,
      }}/>`}</p>
    </section>`}
    <h2>In force</h2>
    <${Filters} fields=${[{ name: 'tenant', label: 'Tenant' }, { name: 'subject', label: 'Subject' }]}/>
    <${Table} label="Revocations" path="revocations" query=${asked} columns=${COLUMNS} keyOf=${(it: Revocation) => it.id}
      empty="Nothing is revoked."/>`;
}
