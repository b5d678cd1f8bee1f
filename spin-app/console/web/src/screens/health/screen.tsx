/** How well Punctual does: how late reminders are, what waits, what came of them, and the switch of each channel. */
import { useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { ChannelState, Health as State } from '../../api/types.ts';
import { now, refreshClock } from '../../app/clock.ts';
import { live } from '../../app/live.ts';
import { refine, route } from '../../app/route.ts';
import { may } from '../../app/session.ts';
import { Field, Select } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useEvery, useLoad } from '../../ui/load.ts';
import { Moment } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Failure, Loading } from '../../ui/states.tsx';
import { channelName } from '../../words/statuses.ts';
import { VIEWER_ZONE, durationWords, fromNow } from '../../words/times.ts';
import { Latency } from './latency.tsx';
import { Outcomes } from './outcomes.tsx';
import { Switch } from './switch.tsx';

const EVERY_MS = 10_000;
/** Reminders go out within this, or something is wrong: the promise that ARCHITECTURE.md states. */
const PROMISED_SECONDS = 10;

const SPANS = [
  { value: '24', words: 'Last 24 hours' },
  { value: '72', words: 'Last 3 days' },
  { value: '168', words: 'Last 7 days' },
];

export function Health() {
  const hours = SPANS.find(({ value }) => value === route.value.query.get('hours'))?.value ?? '24';
  const loaded = useLoad(hours, (signal) => api.health(Number(hours), signal));
  const [switching, setSwitching] = useState<ChannelState>();
  const reload = async () => {
    await refreshClock().catch(() => undefined);
    await loaded.reload();
  };
  useEvery(EVERY_MS, live.value, reload);
  const health = loaded.value;
  return (
    <Screen
      title="Health"
      lead="How late reminders go out, what waits, and what came of them."
      actions={(
        <>
          <Field label="Time" class="inline">{(control) => <Select control={control} value={hours} choices={SPANS} onValue={(value) => refine({ hours: value === '24' ? undefined : value })} />}</Field>
          <button type="button" onClick={() => void reload()}><Icon name="refresh" />Refresh</button>
        </>
      )}
    >
      {loaded.refusal && <Failure refusal={loaded.refusal} retry={() => void reload()} stale={health !== undefined} />}
      {!health && !loaded.refusal && <Loading what="the figures" />}
      {health && (
        <>
          <Tiles health={health} />
          <section class="channels" aria-labelledby="channels-title">
            <h2 id="channels-title">Channels</h2>
            <div class="pair">
              {health.channels.map((state) => <Channel key={state.channel} state={state} onSwitch={() => setSwitching(state)} />)}
            </div>
          </section>
          <Latency series={health.latency.series} bucket={health.bucket_seconds} />
          <Outcomes series={health.outcomes} bucket={health.bucket_seconds} />
        </>
      )}
      {switching && <Switch state={switching} onClose={() => setSwitching(undefined)} onDone={() => { setSwitching(undefined); void reload(); }} />}
    </Screen>
  );
}

function Tiles({ health }: { health: State }) {
  const { latency, queue, outcomes } = health;
  const sum = (of: 'sent' | 'failed') => outcomes.reduce((total, step) => total + step[of], 0);
  const tried = sum('sent') + sum('failed');
  const seconds = (value: number | null) => (value === null ? 'None sent' : durationWords(value));
  const oldest = queue.oldest_due_at ? `the oldest was due ${fromNow(new Date(queue.oldest_due_at), now.value)}` : 'nothing waits';
  const tiles: [string, string, string, boolean][] = [
    ['Late, 99 of 100', seconds(latency.p99_seconds), `half of them within ${latency.p50_seconds === null ? '–' : durationWords(latency.p50_seconds)}`, (latency.p99_seconds ?? 0) > PROMISED_SECONDS],
    ['Due, not sent yet', queue.due.toLocaleString('en'), oldest, queue.due > 0],
    ['Still to come', queue.coming.toLocaleString('en'), 'reminders that wait for their time', false],
    ['Failed', tried === 0 ? '–' : `${Math.round((sum('failed') / tried) * 1000) / 10} %`, `${sum('failed')} of ${tried} that were sent or given up`, sum('failed') > 0],
    ['Dead letters', queue.dead_letters === null ? 'Not told' : queue.dead_letters.toLocaleString('en'), queue.dead_letters === null ? 'this transport cannot say' : 'messages that were given up', (queue.dead_letters ?? 0) > 0],
    ['Last sweep', health.last_reconcile_at ? fromNow(new Date(health.last_reconcile_at), now.value) : 'Never', 'when lost events were last made up for', false],
  ];
  return (
    <ul class="tiles thirds">
      {tiles.map(([title, value, small, wrong]) => (
        <li key={title} class={wrong ? 'tile some' : 'tile'}>
          <span>{title}</span><strong>{value}</strong><small>{small}</small>
        </li>
      ))}
    </ul>
  );
}

function Channel({ state, onSwitch }: { state: ChannelState; onSwitch: () => void }) {
  const name = channelName(state.channel);
  return (
    <div class="card channel">
      <p><Icon name={state.channel === 'email' ? 'mail' : 'phone'} /><strong>{name}</strong> <Chip told={state.sending ? { tone: 'good', words: 'Sending' } : { tone: 'bad', words: 'Switched off' }} /></p>
      {!state.sending && <p>Its reminders are held. They go out when it is on again, as far as they are still of use.</p>}
      {state.reason && <p>{state.sending ? 'Said when it was switched on: ' : 'Why: '}{state.reason}</p>}
      {state.changed_at && <p class="soft">Since <Moment at={state.changed_at} zone={VIEWER_ZONE} /></p>}
      {may('channels') && <button type="button" class={state.sending ? 'danger-quiet' : 'main'} onClick={onSwitch}>{state.sending ? `Stop sending ${name}` : `Send ${name} again`}</button>}
    </div>
  );
}
