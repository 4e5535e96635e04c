/** Is it well, and since when. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { bytes, count, duration, percent, rate } from '../format.js';
import { html } from '../html.js';
import { type Moment, KEPT, moments, rates, status } from '../live.js';
import { Ago, At, Figure, Text } from '../parts.js';
import { href } from '../route.js';
import { LastLines } from './log.js';

/** Pixels. */
const HEIGHT = 140;

interface Line {
  readonly label: string;
  /** The variable of the style sheet that has its colour. */
  readonly color: string;
  of(moment: Moment): number | null;
}

/** Lines that move; what they say is said in words as well, for those who do not see them. */
function Chart({ title, unit, lines }: { title: string; unit: string; lines: readonly Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const box = place.current!;
    // A canvas knows no variables, and nothing of light and dark; an element does.
    const probe = box.appendChild(document.createElement('i'));
    const color = (name: string): string => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const axis = { stroke: () => color('--soft'), grid: { stroke: () => color('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
    const made = plot.current = new uPlot({
      width: box.clientWidth, height: HEIGHT,
      legend: { show: false }, cursor: { show: false },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [{ ...axis, space: 70, size: 26, values: (_, all) => all.map((each) => time.format(each * 1000)) }, { ...axis, size: 46, space: 30, values: (_, all) => all.map((each) => rate(each)) }],
      series: [{}, ...lines.map((line) => ({ label: line.label, stroke: () => color(line.color), width: 2, points: { show: false } }))],
    }, [[], ...lines.map(() => [])], box);
    const fit = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: HEIGHT }));
    fit.observe(box);
    // The colours are other ones in the dark.
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => made.redraw(false);
    dark.addEventListener('change', redraw);
    return () => {
      fit.disconnect();
      dark.removeEventListener('change', redraw);
      made.destroy();
      probe.remove();
    };
  }, []);
  const shown = moments.value;
  useEffect(() => {
    const end = shown.at(-1)?.time ?? Date.now() / 1000;
    plot.current?.setData([shown.map((it) => it.time), ...lines.map((line) => shown.map(line.of))], false);
    plot.current?.setScale('x', { min: end - KEPT, max: end });
  }, [shown]);
  const last = shown.at(-1);
  return html`<figure class="chart">
    <figcaption>${title}<span class="keys">${lines.map((line) => {
      const value = last === undefined ? null : line.of(last);
      return html`<span key=${line.label}><i class=${line.color.slice(2)}></i>${line.label} <b>${value === null ? '–' : rate(value)}</b> ${unit}</span>`;
    })}</span></figcaption>
    <div ref=${place} aria-hidden="true"></div>
  </figure>`;
}

const EVENTS: readonly Line[] = [
  { label: 'delivered', color: '--delivered', of: (it) => it.delivered },
  { label: 'published', color: '--published', of: (it) => it.published },
  { label: 'refused', color: '--bad', of: (it) => it.refused },
];
const LATENCY: readonly Line[] = [{ label: '99 of 100 within', color: '--delivered', of: (it) => it.p99 }];

const Totals = ({ title, totals, empty }: { title: string; totals: Readonly<Record<string, number>>; empty: string }) => {
  const some = Object.entries(totals).filter(([, value]) => value > 0).toSorted(([, a], [, b]) => b - a);
  return html`<section class="card"><h2>${title}</h2>${some.length === 0 ? html`<p class="empty">${empty}</p>`
    : html`<ul class="totals">${some.map(([name, value]) => html`<li key=${name}><${Text} value=${name}/><b>${count(value)}</b></li>`)}</ul>`}</section>`;
};

export function Overview() {
  const it = status.value;
  if (!it) return html`<p class="empty">Reading …</p>`;
  const moment = rates.value;
  const late = it.late.events > 0;
  return html`
    ${it.troubles.map((trouble) => html`<section class="trouble" role="alert" key=${trouble.what}>
      <h2>${trouble.what}</h2>
      <p>${trouble.since && html`Since <${At} time=${trouble.since}/> (<${Ago} time=${trouble.since}/>). `}${trouble.error && html`<${Text} value=${trouble.error}/>`}</p>
      ${trouble.next && html`<p><b>Next:</b> ${trouble.next}</p>`}
    </section>`)}
    <dl class="figures">
      <${Figure} name="State" value=${it.state} tone=${it.ready && it.troubles.length === 0 ? 'good' : 'bad'} note=${html`<${Ago} time=${it.since}/>`}/>
      <${Figure} name="Streams" value=${count(it.streams)} to=${href('streams')} note=${it.limits?.['streams'] ? `of at most ${count(it.limits['streams'])}` : `${count(it.cohorts)} interests`}/>
      <${Figure} name="Late streams" value=${late ? count(it.late.streams ?? 0) : 'none'} to=${href('streams', '', { sort: '-late' })} tone=${late ? 'wait' : 'good'}
        note=${late ? `${count(it.late.events)} events, ${duration(it.late.seconds)}` : 'all are at the head'}/>
      <${Figure} name="Published" value=${moment ? `${rate(moment.published)}/s` : '–'} to=${href('publishers')} note=${`${count(it.published)} since the start`}/>
      <${Figure} name="Delivered" value=${moment ? `${rate(moment.delivered)}/s` : '–'} note=${`${count(it.delivered)} since the start`}/>
      <${Figure} name="Publish to write" value=${it.latency?.p99 == null ? '–' : duration(it.latency.p99)} note="99 of 100, last minute"/>
      <${Figure} name="Queued" value=${count(it.queued)} note=${bytes(it.waitingBytes)}/>
      <${Figure} name="Heap" value=${percent(it.heap.used / it.heap.max)} note=${`${bytes(it.heap.used)} of ${bytes(it.heap.max)}`}/>
      <${Figure} name="Processors" value=${it.cpu == null ? '–' : rate(it.cpu)} note=${`of ${count(it.processors)}, ${count(it.threads)} threads`}/>
      <${Figure} name="Up" value=${duration(it.uptime)} note=${html`${it.version}, JDK ${it.jdk}`}/>
    </dl>
    <div class="charts">
      <${Chart} title="Events" unit="/s" lines=${EVENTS}/>
      <${Chart} title="Publish to write" unit="ms" lines=${LATENCY}/>
    </div>
    <div class="columns">
      <${Totals} title="Refused" totals=${it.refusals} empty="Nothing was refused since the start."/>
      <${Totals} title="Streams ended" totals=${it.ends} empty="No stream was ended by the relay since the start."/>
      <${Totals} title="Lost sight of" totals=${{ 'gaps told': it.gaps, 'events withheld': it.withheld, duplicates: it.duplicates }} empty="No gaps, no withheld events, no duplicates."/>
    </div>
    <${LastLines}/>`;
}
