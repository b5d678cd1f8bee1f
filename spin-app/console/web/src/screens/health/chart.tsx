/** What both charts share: the frame, the axis of time, and the same figures as a table for whoever does not see them. */
import type { ComponentChildren } from 'preact';
import { VIEWER_ZONE, dayWords, timeWords } from '../../words/times.ts';

export const WIDTH = 720;
export const HEIGHT = 200;
export const LEFT = 44;
const BOTTOM = 24;
export const PLOT_WIDTH = WIDTH - LEFT - 8;
export const PLOT_HEIGHT = HEIGHT - BOTTOM - 10;
export const TOP = 10;

export interface Axis {
  readonly first: number;
  readonly steps: number;
  readonly bucket: number;
}

/** Every step from the first to the last that is told, so that a gap is a gap. */
export function axisOf(series: readonly { at: string }[], bucketSeconds: number): Axis {
  const times = series.map(({ at }) => Date.parse(at));
  const first = Math.min(...times);
  const bucket = bucketSeconds * 1000;
  // A single step would fill the whole width and look like much.
  return { first, bucket, steps: Math.max(12, Math.round((Math.max(...times) - first) / bucket) + 1) };
}

export const stepOf = (axis: Axis, at: string) => Math.round((Date.parse(at) - axis.first) / axis.bucket);
export const xOf = (axis: Axis, step: number) => LEFT + (step / axis.steps) * PLOT_WIDTH;

/** The next round number above, so that the axis reads well. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * size >= value) ?? 10) * size;
}

export function Frame(props: { title: string; summary: string; legend: readonly { words: string; class: string }[]; axis: Axis; top: string; children: ComponentChildren; table: ComponentChildren }) {
  const id = `chart-${props.title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  const middle = Math.floor(props.axis.steps / 2);
  return (
    <section class="card chart" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      <p class="soft">{props.summary}</p>
      <ul class="legend">{props.legend.map((entry) => <li key={entry.words}><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><rect class={entry.class} width="14" height="14" rx="3" /></svg>{entry.words}</li>)}</ul>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${props.title}. ${props.summary} The figures are in the table below.`}>
        {[0, 0.5, 1].map((part) => <line key={part} class="grid" x1={LEFT} x2={WIDTH - 8} y1={TOP + part * PLOT_HEIGHT} y2={TOP + part * PLOT_HEIGHT} />)}
        <text class="tick" x={LEFT - 6} y={TOP + 4} text-anchor="end">{props.top}</text>
        <text class="tick" x={LEFT - 6} y={TOP + PLOT_HEIGHT + 4} text-anchor="end">0</text>
        {[0, middle, props.axis.steps - 1].map((step, at) => (
          <text key={step} class="tick" x={xOf(props.axis, step + 0.5)} y={HEIGHT - 6} text-anchor={at === 0 ? 'start' : at === 2 ? 'end' : 'middle'}>
            {stepWords(props.axis, step)}
          </text>
        ))}
        {props.children}
      </svg>
      <details><summary>The figures as a table</summary><div class="scroll" tabIndex={0} role="region" aria-label={`${props.title}: the figures`}>{props.table}</div></details>
    </section>
  );
}

function stepWords(axis: Axis, step: number): string {
  const at = new Date(axis.first + step * axis.bucket);
  return axis.bucket >= 86_400_000 || axis.steps * axis.bucket > 2 * 86_400_000
    ? `${dayWords(at, VIEWER_ZONE).replace(/ \d{4}$/, '')} ${timeWords(at, VIEWER_ZONE)}`
    : timeWords(at, VIEWER_ZONE);
}

export function momentCell(at: string): string {
  const date = new Date(at);
  return `${dayWords(date, VIEWER_ZONE)}, ${timeWords(date, VIEWER_ZONE)}`;
}
