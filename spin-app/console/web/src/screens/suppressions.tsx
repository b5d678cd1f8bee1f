/** Addresses and numbers that must not be used: who they are, since when and why; adding one, taking one away. */
import { useEffect, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import type { NewSuppression, Suppression } from '../api/types.ts';
import { announce } from '../app/announce.tsx';
import { refine, route } from '../app/route.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Field, Select, Text } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { usePages } from '../ui/load.ts';
import { Moment } from '../ui/moment.tsx';
import { Screen } from '../ui/screen.tsx';
import { Empty, Failure, Loading } from '../ui/states.tsx';
import { More, Table, type Column } from '../ui/table.tsx';
import { plain, reasonWords } from '../words/reasons.ts';
import { channelName } from '../words/statuses.ts';
import { VIEWER_ZONE } from '../words/times.ts';

const TYPING_MS = 250;

const SOURCES: Readonly<Record<string, string>> = { link: 'the link in an email', reply: 'an answer to a text', staff: 'staff' };

export function Suppressions() {
  const [text, setText] = useState('');
  const [q, setQ] = useState('');
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Suppression>();
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const channel = ['email', 'sms'].find((one) => one === route.value.query.get('channel'));
  const rows = usePages(JSON.stringify([q, channel]), (page, signal) => api.suppressions.list({ q, channel, ...page }, signal));
  const columns: Column<Suppression>[] = [
    { title: 'Address or number', class: 'wide-cell', cell: (row) => row.address },
    { title: 'Channel', cell: (row) => channelName(row.channel) },
    { title: 'Why', class: 'wide-cell', cell: (row) => <>{reasonWords(row)}<small>Told by {SOURCES[row.source] ?? plain(row.source)}</small></> },
    { title: 'Since', class: 'wide-cell', cell: (row) => <Moment at={row.since} zone={VIEWER_ZONE} /> },
    { title: 'Actions', untitled: true, class: 'acts', cell: (row) => <button type="button" class="small" aria-label={`Take away: ${row.address}`} onClick={() => setRemoving(row)}>Take away</button> },
  ];
  return (
    <Screen
      title="Suppressions"
      lead="Addresses and numbers that Punctual does not write to, whatever appointment they stand in."
      actions={<button type="button" class="main" onClick={() => setAdding(true)}><Icon name="plus" />Add</button>}
    >
      <section class="filters" aria-label="Filters">
        <div class="filter-row">
          <Field label="Search" class="grow">{(control) => <Text control={control} type="search" autocomplete="off" placeholder="Part of an address or number" value={text} onValue={setText} />}</Field>
          <Field label="Channel">
            {(control) => <Select control={control} value={channel ?? ''} choices={[{ value: '', words: 'Email and SMS' }, { value: 'email', words: 'Email' }, { value: 'sms', words: 'SMS' }]} onValue={(value) => refine({ channel: value })} />}
          </Field>
        </div>
      </section>
      {rows.refusal && <Failure refusal={rows.refusal} retry={() => void rows.reload()} stale={rows.value !== undefined} />}
      {!rows.value && !rows.refusal && <Loading what="suppressions" />}
      {rows.value?.length === 0 && (q || channel
        ? <Empty title="Nothing matches the filters" />
        : <Empty title="Nobody is suppressed">Who says stop, and addresses that bounce, appear here by themselves.</Empty>)}
      {rows.value && rows.value.length > 0 && (
        <>
          <Table caption="Suppressions" columns={columns} groups={[{ key: 'all', rows: rows.value }]} rowKey={(row) => row.id} />
          <More shown={rows.value.length} more={rows.more} busy={rows.busy} what="suppressions" onMore={() => void rows.loadMore()} />
        </>
      )}
      {adding && <Add onClose={() => setAdding(false)} onDone={() => { setAdding(false); void rows.reload(); }} />}
      {removing && (
        <Confirm
          title="Take it away?"
          act="Take away"
          keep="Keep it"
          danger
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await api.suppressions.remove(removing.id);
            announce(`${removing.address} may be written to again.`);
            setRemoving(undefined);
            void rows.reload();
          }}
        >
          <p><strong>{removing.address}</strong> gets reminders by {channelName(removing.channel)} again, from the next one on. Do this only if the person wishes it.</p>
        </Confirm>
      )}
    </Screen>
  );
}

function Add({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [entry, setEntry] = useState<Required<NewSuppression>>({ channel: 'email', address: '', reason: 'opted_out' });
  const email = entry.channel === 'email';
  return (
    <Confirm
      title="Do not write to"
      act="Add"
      keep="Not now"
      problem={entry.address.trim() ? '' : email ? 'Write an email address.' : 'Write a number with its country, as +49…'}
      onClose={onClose}
      onConfirm={async () => {
        await api.suppressions.add({ ...entry, address: entry.address.trim() });
        announce('It was added. Reminders to it end as “not sent”.');
        onDone();
      }}
    >
      {(problem) => (
        <>
          <Field label="Channel">
            {(control) => <Select control={control} value={entry.channel} choices={[{ value: 'email', words: 'Email' }, { value: 'sms', words: 'SMS' }]} onValue={(channel) => setEntry({ ...entry, channel: channel as NewSuppression['channel'] })} />}
          </Field>
          <Field label={email ? 'Email address' : 'Phone number'} error={problem} hint={email ? undefined : 'With the country: +49 30 1234567'}>
            {(control) => <Text control={control} type={email ? 'email' : 'tel'} autocomplete="off" value={entry.address} onValue={(address) => setEntry({ ...entry, address })} />}
          </Field>
          <Field label="Why">
            {(control) => (
              <Select control={control} value={entry.reason} choices={[{ value: 'opted_out', words: 'The person does not want messages' }, { value: 'address_suppressed', words: 'Messages do not arrive there' }]}
                onValue={(reason) => setEntry({ ...entry, reason: reason as Required<NewSuppression>['reason'] })} />
            )}
          </Field>
        </>
      )}
    </Confirm>
  );
}
