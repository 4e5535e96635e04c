/** What is published about, by the first two segments of topics. */
import { count, rate } from '../format.js';
import { html } from '../html.js';
import { type Column, Ago, Filters, Link, Table, Text } from '../parts.js';
import { route } from '../route.js';
import type { Topic } from '../types.js';

const COLUMNS: readonly Column<Topic>[] = [
  { name: 'Topics', sort: 'topic', show: (it) => html`<${Text} value=${it.topic}/>` },
  { name: 'Tenant', sort: 'tenant', show: (it) => html`<${Link} screen="streams" query=${{ tenant: it.tenant }}><${Text} value=${it.tenant}/><//>` },
  { name: 'Events', sort: 'events', figure: true, show: (it) => count(it.events) },
  { name: 'A minute', sort: 'perMinute', figure: true, show: (it) => rate(it.perMinute) },
  { name: 'Last', sort: 'last', show: (it) => html`<${Ago} time=${it.last}/>` },
  { name: 'Streams that see them', figure: true, show: (it) => count(it.subscribers) },
];

export const Topics = () => html`
  <${Filters} fields=${[{ name: 'tenant', label: 'Tenant' }]}/>
  <${Table} label="Topics" path="topics" query=${{ tenant: route.value.query.get('tenant') ?? undefined }} columns=${COLUMNS} sort="-perMinute"
    keyOf=${(it: Topic) => `${it.tenant} ${it.topic}`} empty="Nothing was published since the start."/>`;
