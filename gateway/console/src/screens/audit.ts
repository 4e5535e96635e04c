/** What operators did. */
import { html } from '../html.js';
import { type Column, At, Badge, Filters, Table, Text } from '../parts.js';
import { route } from '../route.js';
import type { AuditLine } from '../types.js';

const COLUMNS: readonly Column<AuditLine>[] = [
  { name: 'When', show: (it) => html`<${At} time=${it.time}/>` },
  { name: 'Who', show: (it) => html`<${Text} value=${it.operator}/>` },
  { name: 'What', show: (it) => html`<b>${it.action}</b>` },
  { name: 'Of what', show: (it) => html`<${Text} value=${it.target}/>` },
  { name: 'Why', show: (it) => html`<${Text} mono=${false} value=${it.reason}/>` },
  { name: 'Result', show: (it) => html`<${Badge} tone=${it.result === 'done' ? 'good' : it.result === 'asked' ? 'calm' : 'bad'}>${it.result}<//>` },
  { name: 'From', show: (it) => html`<${Text} value=${it.address}/> <small><${Text} value=${it.agent}/></small>` },
];

export const Audit = () => html`
  <${Filters} fields=${[{ name: 'operator', label: 'Who' }, { name: 'action', label: 'What' }]}/>
  <${Table} label="Audit" path="audit" query=${{ operator: route.value.query.get('operator') ?? undefined, action: route.value.query.get('action') ?? undefined }}
    columns=${COLUMNS} keyOf=${(it: AuditLine) => JSON.stringify(it)} empty="Nobody has done anything since the start."/>`;
