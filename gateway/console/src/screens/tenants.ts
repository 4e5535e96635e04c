/** Who is served. */
import { bytes, count, duration, rate } from '../format.js';
import { html } from '../html.js';
import { type Column, Ago, Filters, Lateness, Link, Table, Text } from '../parts.js';
import { route } from '../route.js';
import type { Tenant } from '../types.js';

const COLUMNS: readonly Column<Tenant>[] = [
  { name: 'Tenant', sort: 'id', show: (it) => html`<${Link} screen="streams" query=${{ tenant: it.tenant }}><${Text} value=${it.tenant}/><//>` },
  { name: 'Late', sort: 'late', figure: true, show: (it) => html`<${Lateness} late=${it.late}/>` },
  { name: 'Streams', sort: 'streams', figure: true, show: (it) => count(it.streams) },
  { name: 'Subjects', sort: 'subjects', figure: true, show: (it) => count(it.subjects) },
  { name: 'Published a minute', figure: true, show: (it) => rate(it.publishedPerMinute) },
  { name: 'Queued', sort: 'queued', figure: true, show: (it) => count(it.queued) },
  { name: 'Events', sort: 'events', figure: true, show: (it) => count(it.events) },
  { name: 'Bytes', figure: true, show: (it) => bytes(it.bytes) },
  { name: 'Newest', show: (it) => html`<${Ago} time=${it.newest}/>` },
  { name: 'Withheld', figure: true, show: (it) => count(it.withheld) },
  { name: 'Time in filters', sort: 'filterSeconds', figure: true, show: (it) => duration(it.filterSeconds) },
];

export const Tenants = () => html`
  <${Filters} fields=${[{ name: 'tenant', label: 'Tenant', hint: 'begins with' }]}/>
  <${Table} label="Tenants" path="tenants" query=${{ tenant: route.value.query.get('tenant') ?? undefined }} columns=${COLUMNS} sort="-late"
    keyOf=${(it: Tenant) => it.tenant} empty="No tenant has a stream or an event yet."/>`;
