/** The last lines of the log: what the relay has told of itself. */
import { useEffect, useState } from 'preact/hooks';
import { contact } from '../api.js';
import { html } from '../html.js';
import { status } from '../live.js';
import { At, Badge, Failed, Text, useRead } from '../parts.js';
import type { LogLine } from '../types.js';

/** Lines that are shown before somebody asks for more. */
const FEW = 8;

const TONES: Readonly<Record<string, 'bad' | 'wait'>> = { SEVERE: 'bad', WARNING: 'wait' };

const One = ({ line }: { line: LogLine }) => html`<li class=${TONES[line.level] ?? ''}>
  <${At} time=${line.time}/> <${Badge} tone=${TONES[line.level] ?? 'calm'}>${line.level.toLowerCase()}<//>
  <span>${line.word ? html`<b>${line.word}</b>` : html`<${Text} mono=${false} value=${line.message}/>`}
  ${Object.entries(line.pairs).map(([name, value]) => html` <span key=${name}><small>${name}</small> <${Text} value=${value}/></span>`)}</span>
</li>`;

/** They are read when the figures say that there is a new one, and not before. */
export function LastLines() {
  const [all, setAll] = useState(false);
  const { value, error, again } = useRead<{ log: readonly LogLine[] }>('status', {}, 0);
  const told = `${status.value?.started} ${status.value?.logged}`;
  // That the relay does not answer is said above all screens.
  const answers = contact.value === undefined;
  useEffect(() => { if (answers) again(); }, [told, answers]);
  const lines = value?.log ?? [];
  return html`<section class="card wide" aria-label="Log"><h2>Log</h2>
    <${Failed} error=${error?.code === 'UNREACHABLE' ? undefined : error}/>
    ${lines.length > 0 ? html`<ol class="log">${lines.slice(0, all ? lines.length : FEW).map((line, n) => html`<${One} key=${lines.length - n} line=${line}/>`)}</ol>`
      : value && html`<p class="empty">Nothing was logged since the start.</p>`}
    ${lines.length > FEW && html`<button class="more" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? 'Less' : 'More'}</button>`}
  </section>`;
}
