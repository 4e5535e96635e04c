/** Why somebody does not get an event, rule by rule: one that is described, or one that is stored. */
import { useEffect, useState } from 'preact/hooks';
import { Refusal, act, get } from '../api.js';
import { html } from '../html.js';
import { Badge, Text } from '../parts.js';
import { route } from '../route.js';
import type { Stream, TailEvent } from '../types.js';

interface Answer {
  readonly delivered: boolean;
  readonly masked?: boolean;
  readonly checks: readonly { readonly check: string; readonly passed: boolean; readonly why: string }[];
  /** The event, if it is one that is stored. */
  readonly event?: TailEvent;
}

interface Question {
  subject: string;
  tenant: string;
  roles: string;
  allowed: string;
  topics: string;
  types: string;
  filter: string;
  eventTenant: string;
  place: string;
  topic: string;
  type: string;
  audience: string;
  users: string;
  data: string;
}

const EMPTY: Question = {
  subject: '', tenant: '', roles: '', allowed: '', topics: '', types: '', filter: '',
  eventTenant: '', place: '', topic: '', type: '', audience: '', users: '', data: '{}',
};

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** The question as the relay reads it; what is empty is left out, as that asks for everything. */
function body(it: Question): unknown {
  const some = (name: string, text: string): object => words(text).length > 0 ? { [name]: words(text) } : {};
  return {
    claims: { subject: it.subject, tenant: it.tenant, ...some('roles', it.roles), ...some('topics', it.allowed) },
    ...it.place.trim() ? { stored: { tenant: it.eventTenant, id: it.place.trim() } } : {
      event: {
        tenant: it.eventTenant, topic: it.topic, type: it.type, data: JSON.parse(it.data) as unknown,
        ...some('roles', it.audience), ...some('users', it.users),
      },
    },
    ...some('topics', it.topics), ...some('types', it.types), ...it.filter.trim() && { filter: it.filter.trim() },
  };
}

export function Explain() {
  const { query } = route.value;
  const [question, set] = useState<Question>(EMPTY);
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState('');
  const change = (part: Partial<Question>): void => set((before) => ({ ...before, ...part }));
  const stream = query.get('stream');
  useEffect(() => {
    const of = (name: string): string => query.get(name) ?? '';
    change({
      tenant: of('tenant'), eventTenant: of('tenant'), subject: of('subject'), place: of('event'), topic: of('topic'), type: of('type'),
      audience: of('audience'), users: of('users'),
    });
    if (stream) {
      get<Stream>(`streams/${encodeURIComponent(stream)}`).then((it) => change({
        tenant: it.tenant, eventTenant: query.get('eventTenant') ?? it.tenant, subject: it.subject, roles: it.roles.join(' '),
        topics: it.topics.join(' '), types: (it.types ?? []).join(' '), filter: it.filter ?? '',
      }), () => setError('That stream is over; who it was has to be filled in.'));
    }
  }, [stream, String(query)]);
  async function ask(event: Event): Promise<void> {
    event.preventDefault();
    setError('');
    setAnswer(undefined);
    try {
      const told = await act<Answer>('POST', 'explain', {}, body(question));
      setAnswer(told);
      const it = told?.event;
      if (it) change({ topic: it.topic, type: it.type, audience: it.roles?.join(' ') ?? '', users: it.users?.join(' ') ?? '' });
    } catch (problem) {
      setError(problem instanceof SyntaxError ? `The data is not JSON: ${problem.message}` : problem instanceof Refusal ? problem.message : String(problem));
    }
  }
  // What is stored says itself what it is like.
  const stored = question.place.trim() !== '';
  const field = (name: keyof Question, label: string, hint = '', required = false, fixed = false) => html`<label>${label}
    <input value=${question[name]} placeholder=${fixed ? 'as it is stored' : hint} required=${required && !fixed} readonly=${fixed} spellcheck=${false} autocomplete="off"
      onInput=${(event: Event) => change({ [name]: (event.target as HTMLInputElement).value })}/></label>`;
  return html`
    <p class="lead">Asks the relay whether a subscriber would get an event. Nothing is published, and nothing of the data is repeated.</p>
    <form class="question" onSubmit=${ask}>
      <fieldset><legend>Subscriber</legend>
        ${field('tenant', 'Tenant', 'acme', true)}${field('subject', 'Subject', 'ann', true)}${field('roles', 'Roles', 'admin, ops')}
        ${field('allowed', 'Topics its token allows', 'all')}${field('topics', 'Topics it asked for', 'all')}${field('types', 'Types it asked for', 'all')}${field('filter', 'Filter', 'data.total > 100')}
      </fieldset>
      <fieldset><legend>Event</legend>
        ${field('eventTenant', 'Tenant of the event', 'acme', true)}${field('place', 'Place of a stored event', 'none; as SSE ids are')}
        ${field('topic', 'Topic', 'orders.42', true, stored)}${field('type', 'Type', 'order.paid', true, stored)}
        ${field('audience', 'For roles', 'everybody', false, stored)}${field('users', 'For users', 'everybody', false, stored)}
        ${!stored && html`<label class="wide">Data, as JSON<textarea rows="3" spellcheck=${false} value=${question.data} onInput=${(event: Event) => change({ data: (event.target as HTMLTextAreaElement).value })}></textarea></label>`}
      </fieldset>
      <p class="acts"><button class="primary">Explain</button></p>
    </form>
    <div role="status">
      ${error && html`<p class="failed">${error}</p>`}
      ${answer && html`<section class="card answer" aria-label="Answer">
        <h2>${answer.delivered ? html`<${Badge} tone="good">delivered<//>${answer.masked && html` <${Badge} tone="wait">masked<//>`}` : html`<${Badge} tone="bad">not delivered<//>`}</h2>
        <ol class="checks">${answer.checks.map((it) => html`<li key=${it.check} class=${it.passed ? 'passed' : 'broken'}>
          <b>${it.check}</b> <span class="unseen">${it.passed ? 'passed' : 'failed'}</span> <${Text} mono=${false} value=${it.why}/></li>`)}</ol>
      </section>`}
    </div>`;
}
