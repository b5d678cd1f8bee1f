/** From due to sent: the usual reminder, and the slowest of a hundred. */
import type { Health } from '../../api/types.ts';
import { Empty } from '../../ui/states.tsx';
import { durationWords } from '../../words/times.ts';
import { Frame, PLOT_HEIGHT, TOP, axisOf, momentCell, roundUp, stepOf, xOf } from './chart.tsx';

type Step = Health['latency']['series'][number];

export function Latency({ series, bucket }: { series: readonly Step[]; bucket: number }) {
  if (series.length === 0) return <section class="card"><h2>How late reminders go out</h2><Empty title="Nothing was sent in this time" /></section>;
  const axis = axisOf(series, bucket);
  const most = roundUp(Math.max(...series.map((step) => step.p99_seconds), 1));
  const y = (seconds: number) => TOP + PLOT_HEIGHT - (seconds / most) * PLOT_HEIGHT;
  const line = (of: 'p50_seconds' | 'p99_seconds') => series.map((step, at) => `${at === 0 ? 'M' : 'L'}${xOf(axis, stepOf(axis, step.at) + 0.5).toFixed(1)} ${y(step[of]).toFixed(1)}`).join('');
  const worst = series.reduce((a, b) => (b.p99_seconds > a.p99_seconds ? b : a));
  return (
    <Frame
      title="How late reminders go out"
      summary={`At worst 99 of 100 went out within ${durationWords(worst.p99_seconds)}, in the time from ${momentCell(worst.at)}.`}
      legend={[{ words: '99 of 100 within', class: 'fill-warn' }, { words: 'half within', class: 'fill-accent' }]}
      axis={axis}
      top={durationWords(most)}
      table={(
        <table>
          <thead><tr><th scope="col">From</th><th scope="col">Half within</th><th scope="col">99 of 100 within</th><th scope="col">Sent</th></tr></thead>
          <tbody>{series.map((step) => <tr key={step.at}><th scope="row">{momentCell(step.at)}</th><td>{durationWords(step.p50_seconds)}</td><td>{durationWords(step.p99_seconds)}</td><td>{step.count}</td></tr>)}</tbody>
        </table>
      )}
    >
      <path class="line warn-line" d={line('p99_seconds')} />
      <path class="line accent-line" d={line('p50_seconds')} />
      {series.map((step) => {
        const x = xOf(axis, stepOf(axis, step.at) + 0.5);
        return <g key={step.at}><circle class="fill-warn" cx={x} cy={y(step.p99_seconds)} r="3.5" /><circle class="fill-accent" cx={x} cy={y(step.p50_seconds)} r="3" /></g>;
      })}
    </Frame>
  );
}
