/** What is being published, as it comes. */
import { useEffect, useState } from 'preact/hooks';
import { bytes, count } from '../format.js';
import { html } from '../html.js';
import { At, Badge, Link, Text, Texts } from '../parts.js';
import { refine, route } from '../route.js';
import { session } from '../session.js';
import { type Choice, type Row, type State, KEPT, clear, others, refusal, rows, start, state, stop } from '../tail.js';

const FIELDS = [
  { name: 'tenant', label: 'Tenant', hint: 'acme' }, { name: 'topic', label: 'Topics', hint: 'all, orders.*' },
  { name: 'type', label: 'Types', hint: 'all, order.*' }, { name: 'filter', label: 'Filter', hint: 'event.source == "/shop"' },
] as const;

const SAID: Readonly<Record<State, readonly ['good' | 'bad' | 'wait' | 'calm', string]>> = {
  idle: ['calm', 'paused'], opening: ['wait', 'opening'], open: ['good', 'watching'],
  login: ['bad', 'ended, as the login is over'], stopping: ['bad', 'ended, as the relay stops'], broken: ['bad', 'the stream broke'],
};

function choice(): Choice {
  const { query } = route.value;
  const of = (name: string): string => query.get(name) ?? '';
  return { tenant: of('tenant'), topic: of('topic'), type: of('type'), filter: of('filter') };
}

export function Tail() {
  const [on, turn] = useState(false);
  const asked = choice();
  const key = JSON.stringify(asked);
  const [draft, write] = useState<Choice>(asked);
  useEffect(() => write(asked), [key]);
  // Nobody is shown anything by a tab that is not looked at, or by another screen.
  useEffect(() => {
    if (!on) return undefined;
    const look = (): void => document.hidden ? stop() : void start(asked);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop();
    };
  }, [on, key]);
  const problem = refusal.value;
  const ended = state.value === 'login' || state.value === 'stopping' || state.value === 'broken';
  // What was refused or is over begins again when somebody says so.
  useEffect(() => { if (problem || ended) turn(false); }, [problem, ended]);
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (on) return turn(false);
    refine(Object.fromEntries(FIELDS.map(({ name }) => [name, draft[name].trim()])));
    return turn(true);
  }
  const [tone, words] = SAID[state.value];
  const begun = on || ended || rows.value.length > 0;
  const { notShown, passedOver } = others.value;
  return html`
    <p class="lead">A tenant’s events as they come, whoever they are for: at most 50 a second, the last ${KEPT} here. ${session.value?.roles.includes('payload')
      ? 'Their data is shown without what masks hide.' : 'Their data is shown to those with the role payload.'} Each start is in the <${Link} screen="audit">audit<//>.</p>
    <form class="tail" onSubmit=${submit}>
      <div class="filters">${FIELDS.map(({ name, label, hint }) => html`<label key=${name} class=${name}>${label}
        <input name=${name} value=${draft[name]} placeholder=${hint} required=${name === 'tenant'} readonly=${on} spellcheck=${false} autocomplete="off"
          onInput=${(event: Event) => write((before) => ({ ...before, [name]: (event.target as HTMLInputElement).value }))}
          aria-invalid=${problem?.pointer === `/${name}` ? 'true' : undefined} aria-describedby=${problem?.pointer === `/${name}` ? 'refused' : undefined}/></label>`)}</div>
      ${problem && html`<p class="failed" id="refused" role="alert">${problem.message}${problem.code && html` <code>${problem.code}</code>`}</p>`}
      <div class="acts">
        <button class="primary">${on ? 'Pause' : 'Start'}</button>
        <button type="button" disabled=${rows.value.length === 0 && notShown + passedOver === 0} onClick=${clear}>Clear</button>
        ${begun && html`<span role="status"><${Badge} tone=${tone}>${words}<//></span>`}
        ${notShown > 0 && html`<${Badge} tone="wait">${count(notShown)} not shown<//>`}
        ${passedOver > 0 && html`<${Badge} tone="wait">${count(passedOver)} not looked at<//>`}
      </div>
    </form>
    ${rows.value.length > 0 ? html`<${Events}/>` : html`<p class="empty">${on ? 'Nothing has come yet.' : 'Nothing is shown before you start.'}</p>`}`;
}

const Events = () => html`
  <div class="scroll" tabindex="0" role="region" aria-label="Events"><table class="events">
    <caption class="unseen">Events, the newest first</caption>
    <thead><tr><th scope="col">Came</th><th scope="col">Topic</th><th scope="col">Type</th><th scope="col">Id</th><th scope="col">For</th>
      <th scope="col" class="number">Data</th><th scope="col"><span class="unseen">More</span></th></tr></thead>
    <tbody>${rows.value.map((row) => html`<${Line} key=${row.key} row=${row}/>`)}</tbody>
  </table></div>`;

function Line({ row: { came, event: it } }: { row: Row }) {
  const [open, set] = useState(false);
  const whom = [...it.roles ?? [], ...it.users ?? []];
  return html`<tr>
    <td data-name="Came"><${At} time=${came}/></td>
    <th scope="row"><${Text} value=${it.topic}/></th>
    <td data-name="Type"><${Text} value=${it.type}/></td>
    <td data-name="Id"><${Text} value=${it.id}/></td>
    <td data-name="For">${whom.length === 0 ? html`<span class="calm">everybody</span>` : html`<${Texts} values=${whom.slice(0, 3)}/>${whom.length > 3 && html` <small>and ${whom.length - 3} more</small>`}`}</td>
    <td data-name="Data" class="number">${bytes(it.dataBytes)}</td>
    <td><span class="acts"><button class="more" aria-expanded=${open} onClick=${() => set(!open)}>${open ? 'Less' : 'More'}</button>
      <${Link} screen="explain" query=${{ tenant: it.tenant, event: it.place, topic: it.topic, type: it.type, audience: it.roles?.join(' '), users: it.users?.join(' ') }}>Explain<//></span></td>
  </tr>${open && html`<tr class="details"><td colspan="7">
    <dl class="facts">
      <dt>Place</dt><dd><${Text} value=${it.place}/></dd>
      <dt>Source</dt><dd><${Text} value=${it.source}/></dd>
      <dt>Time</dt><dd><${Text} value=${it.time}/></dd>
      <dt>Subject</dt><dd><${Text} value=${it.subject}/></dd>
      <dt>For roles</dt><dd><${Texts} values=${it.roles}/></dd>
      <dt>For users</dt><dd><${Texts} values=${it.users}/></dd>
      <dt>Data</dt><dd>${it.data === undefined ? html`<span class="calm">${bytes(it.dataBytes)}${it.dataBytes > 0 && ', shown to the role payload'}</span>`
        : html`<${Text} value=${it.data}/>${it.cut && html` <small>cut</small>`}${it.form === 'binary' && html` <small>base64</small>`}`}</dd>
    </dl></td></tr>`}`;
}
