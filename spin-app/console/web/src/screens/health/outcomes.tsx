/** What came of the reminders that were due, step by step. */
import type { Health } from '../../api/types.ts';
import { Empty } from '../../ui/states.tsx';
import { Frame, PLOT_HEIGHT, PLOT_WIDTH, TOP, axisOf, momentCell, roundUp, stepOf, xOf } from './chart.tsx';

type Step = Health['outcomes'][number];

/** From the bottom of a bar to its top. */
const KINDS = [
  { of: 'sent', words: 'Sent', class: 'fill-good' },
  { of: 'skipped', words: 'Not sent or canceled', class: 'fill-idle' },
  { of: 'unknown', words: 'Outcome unknown', class: 'fill-warn' },
  { of: 'failed', words: 'Failed', class: 'fill-bad' },
] as const;

export function Outcomes({ series, bucket }: { series: readonly Step[]; bucket: number }) {
  if (series.length === 0) return <section class="card"><h2>What came of them</h2><Empty title="Nothing was due in this time" /></section>;
  const axis = axisOf(series, bucket);
  const total = (step: Step) => KINDS.reduce((sum, { of }) => sum + step[of], 0);
  const most = roundUp(Math.max(...series.map(total)));
  const sum = (of: (typeof KINDS)[number]['of']) => series.reduce((all, step) => all + step[of], 0);
  const width = Math.max(2, (PLOT_WIDTH / axis.steps) * 0.72);
  return (
    <Frame
      title="What came of them"
      summary={`${sum('sent')} sent, ${sum('skipped')} not sent or canceled, ${sum('unknown')} unknown, ${sum('failed')} failed.`}
      legend={KINDS}
      axis={axis}
      top={String(most)}
      table={(
        <table>
          <thead><tr><th scope="col">Due from</th>{KINDS.map(({ of, words }) => <th key={of} scope="col">{words}</th>)}</tr></thead>
          <tbody>{series.map((step) => <tr key={step.at}><th scope="row">{momentCell(step.at)}</th>{KINDS.map(({ of }) => <td key={of}>{step[of]}</td>)}</tr>)}</tbody>
        </table>
      )}
    >
      {series.map((step) => {
        const x = xOf(axis, stepOf(axis, step.at) + 0.14);
        let top = TOP + PLOT_HEIGHT;
        return (
          <g key={step.at}>
            {KINDS.map(({ of, class: fill }) => {
              const height = (step[of] / most) * PLOT_HEIGHT;
              top -= height;
              return height > 0 && <rect key={of} class={fill} x={x} y={top} width={width} height={height} />;
            })}
          </g>
        );
      })}
    </Frame>
  );
}
