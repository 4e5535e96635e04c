/** Who is believed, and who is asked. */
import { count } from '../format.js';
import { html } from '../html.js';
import { Ago, Badge, Failed, Text, useRead } from '../parts.js';
import type { Issuer, Upstream } from '../types.js';

interface Issuers {
  readonly items: readonly Issuer[];
  readonly upstreams?: readonly Upstream[];
}

/** More than can be configured. */
const ALL = 1_000;

const Failing = ({ since, error, next }: { since: string; error?: string | null | undefined; next?: string | null | undefined }) => html`
  <${Badge} tone="bad">failing<//> <small><${Ago} time=${since}/></small> <small class="why"><${Text} mono=${false} value=${error}/> ${next && html`<b>Next:</b> ${next}`}</small>`;

export function Identity() {
  const { value, error } = useRead<Issuers>('issuers', { limit: ALL });
  return html`<${Failed} error=${error}/>${value && html`
    <section class="card"><h2>Issuers of tokens</h2>
    ${value.items.length === 0 ? html`<p class="empty">No issuer is configured, so nobody can subscribe with a token.</p>` : html`
    <div class="scroll" tabindex="0" role="region" aria-label="Issuers"><table><caption class="unseen">Issuers</caption>
      <thead><tr><th scope="col">Issuer</th><th scope="col">Kind</th><th scope="col">State</th><th scope="col">Keys</th><th scope="col">Fetched</th></tr></thead>
      <tbody>${value.items.map((it) => html`<tr key=${it.issuer}>
        <th scope="row"><${Text} value=${it.issuer}/></th>
        <td data-name="Kind"><${Text} mono=${false} value=${it.kind}/></td>
        <td data-name="State">${it.failingSince ? html`<${Failing} since=${it.failingSince} error=${it.lastError} next=${it.next}/>` : html`<${Badge} tone="good">good<//>`}</td>
        <td data-name="Keys">${it.keys.length === 0 ? 'none' : html`<span class="list">${it.keys.map((key, n) => html`<span key=${n}><${Text} value=${key.id ?? 'no id'}/> <small>${key.algorithm}</small></span>`)}</span>`}</td>
        <td data-name="Fetched"><${Ago} time=${it.fetched}/></td></tr>`)}</tbody></table></div>`}
    </section>
    <section class="card"><h2>Upstreams that are asked</h2>
    ${(value.upstreams ?? []).length === 0 ? html`<p class="empty">The relay asks no application about sessions or topics.</p>` : html`
    <div class="scroll" tabindex="0" role="region" aria-label="Upstreams"><table><caption class="unseen">Upstreams</caption>
      <thead><tr><th scope="col">Upstream</th><th scope="col">State</th><th scope="col" class="number">Asked</th><th scope="col" class="number">Failed</th></tr></thead>
      <tbody>${value.upstreams!.map((it) => html`<tr key=${it.name}>
        <th scope="row"><${Text} value=${it.name}/></th>
        <td data-name="State">${it.state === 'closed' || it.state === 'good' ? html`<${Badge} tone="good">answers<//>` : html`<${Failing} since=${it.since ?? ''} error=${it.lastError}/>`}</td>
        <td data-name="Asked" class="number">${count(it.asked)}</td><td data-name="Failed" class="number">${count(it.failed)}</td></tr>`)}</tbody></table></div>`}
    </section>`}`;
}
