/** Narrowing a list of reminders: by state, channel, text and day, each with how many there are. */
import type { Counts } from '../../api/types.ts';
import { Field, Text } from '../../ui/field.tsx';
import { channelName, reminderStatus } from '../../words/statuses.ts';

export interface Filter {
  readonly status?: string | undefined;
  readonly channel?: string | undefined;
  readonly day?: string | undefined;
  readonly text: string;
}

export function Filters(props: {
  filter: Filter;
  statuses: readonly string[];
  counts: Counts | undefined;
  /** Of too many days to show, the latest ones. */
  latest: boolean;
  onChange: (change: Partial<Filter>) => void;
  children?: preact.ComponentChildren;
}) {
  const { filter, counts, onChange } = props;
  const narrowed = Boolean(filter.status || filter.channel || filter.day || filter.text);
  return (
    <section class="filters" aria-label="Filters">
      <div class="filter-row">
        <Field label="Search" class="grow">
          {(control) => <Text control={control} type="search" autocomplete="off" placeholder="Name, service or id" value={filter.text} onValue={(text) => onChange({ text })} />}
        </Field>
        {props.children}
      </div>
      <div class="filter-row">
        <Facet label="State" chosen={filter.status} onChoose={(status) => onChange({ status })}
          choices={props.statuses.map((status) => ({ value: status, words: reminderStatus({ status }).words, count: counts?.by_status[status as keyof Counts['by_status']] ?? 0 }))} known={counts !== undefined} />
        <Facet label="Channel" chosen={filter.channel} onChoose={(channel) => onChange({ channel })}
          choices={['email', 'sms'].map((channel) => ({ value: channel, words: channelName(channel), count: counts?.by_channel[channel as keyof Counts['by_channel']] ?? 0 }))} known={counts !== undefined} />
        {narrowed && <button type="button" class="quiet" onClick={() => onChange({ status: undefined, channel: undefined, day: undefined, text: '' })}>Clear filters</button>}
      </div>
      {counts && counts.by_day.length > 0 && <Days days={counts.by_day} latest={props.latest} chosen={filter.day} onChoose={(day) => onChange({ day })} />}
    </section>
  );
}

/** Buttons that narrow by one value at a time; pressing the pressed one takes it back. What has no rows is left out. */
function Facet(props: {
  label: string;
  choices: readonly { value: string; words: string; count: number }[];
  known: boolean;
  chosen: string | undefined;
  onChoose: (value: string | undefined) => void;
}) {
  return (
    <div class="facet" role="group" aria-label={props.label}>
      {props.choices.filter(({ value, count }) => !props.known || count > 0 || value === props.chosen).map(({ value, words, count }) => (
        <button key={value} type="button" aria-pressed={props.chosen === value} onClick={() => props.onChoose(props.chosen === value ? undefined : value)}>
          {words}{props.known && <span class="count"> {count.toLocaleString('en')}</span>}
        </button>
      ))}
    </div>
  );
}

/** Days with reminders. More than these are reached with the search or by scrolling on. */
const DAYS_SHOWN = 31;

function Days(props: { days: Counts['by_day']; latest: boolean; chosen: string | undefined; onChoose: (day: string | undefined) => void }) {
  const days = props.latest ? props.days.slice(-DAYS_SHOWN) : props.days.slice(0, DAYS_SHOWN);
  const most = Math.max(...days.map(({ count }) => count));
  return (
    <div class="days" role="group" aria-label="Day">
      {days.map(({ day, count }) => {
        const [weekday, number, month, year] = dayParts(day);
        const height = Math.max(2, Math.round((count / most) * 24));
        return (
          <button key={day} type="button" aria-pressed={props.chosen === day} onClick={() => props.onChoose(props.chosen === day ? undefined : day)}>
            <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><rect x="4" y={24 - height} width="16" height={height} rx="2" /></svg>
            <span>{weekday} </span>
            <strong>{number}</strong>
            <span class="visually-hidden"> {month} {year}, reminders: </span>
            <span class="count">{count}</span>
          </button>
        );
      })}
    </div>
  );
}

/** "Tue", "1", "December", "2026". */
function dayParts(day: string): readonly string[] {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return format.formatToParts(new Date(`${day}T12:00:00Z`)).filter(({ type }) => type !== 'literal').map(({ value }) => value);
}
