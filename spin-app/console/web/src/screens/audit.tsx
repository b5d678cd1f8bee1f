/** Who did and looked at what, the latest first. Ids only: no name, address or number is in it. */
import { useEffect, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import type { AuditEntry } from '../api/types.ts';
import { href } from '../app/route.ts';
import { Field, Text } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { usePages } from '../ui/load.ts';
import { Moment } from '../ui/moment.tsx';
import { Screen } from '../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../ui/states.tsx';
import { More, Table, type Column } from '../ui/table.tsx';
import { plain } from '../words/reasons.ts';
import { VIEWER_ZONE } from '../words/times.ts';

const TYPING_MS = 250;

export function Audit() {
  const [text, setText] = useState('');
  const [subject, setSubject] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSubject(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const rows = usePages(subject, (page, signal) => api.audit.list({ subject, ...page }, signal));
  return (
    <Screen
      title="Audit"
      lead="Who changed and looked at what. It names rows by their ids, never a person."
      actions={<button type="button" onClick={() => void rows.reload()}><Icon name="refresh" />Refresh</button>}
    >
      <section class="filters" aria-label="Filters">
        <div class="filter-row">
          <Field label="Id" class="grow" hint="Of an appointment or a reminder, as a whole.">
            {(control) => <Text control={control} type="search" autocomplete="off" spellcheck={false} value={text} onValue={setText} />}
          </Field>
        </div>
      </section>
      {rows.refusal && <Failure refusal={rows.refusal} retry={() => void rows.reload()} stale={rows.value !== undefined} />}
      {!rows.value && !rows.refusal && <Loading what="the audit log" />}
      {rows.value?.length === 0 && <Empty title={subject ? 'Nothing was done with this row' : 'Nothing was done yet'} />}
      {rows.value && rows.value.length > 0 && (
        <>
          <Table caption="Audit log" columns={COLUMNS} groups={[{ key: 'all', rows: rows.value }]} rowKey={(row) => row.id} />
          <More shown={rows.value.length} more={rows.more} busy={rows.busy} what="entries" onMore={() => void rows.loadMore()} />
        </>
      )}
    </Screen>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'When', class: 'wide-cell', cell: (row) => <Moment at={row.at} zone={VIEWER_ZONE} /> },
  { title: 'Who', cell: (row) => plain(row.role) },
  { title: 'What', cell: (row) => actionWords(row.action) },
  { title: 'Which', class: 'wide-cell', cell: (row) => <Subject entry={row} /> },
  {
    title: 'Outcome',
    cell: (row) => <Chip told={row.outcome === 'done' ? { tone: 'good', words: 'Done' } : { tone: 'bad', words: plain(row.outcome) }} />,
  },
];

/** `reminder.send-now` is "Reminder: send now". */
function actionWords(action: string): string {
  const [what = '', how] = action.split('.');
  return how ? `${plain(what.replaceAll('-', '_'))}: ${how.replaceAll('-', ' ')}` : plain(what.replaceAll('-', '_'));
}

function Subject({ entry }: { entry: AuditEntry }) {
  if (!entry.subject) return <span class="soft">–</span>;
  const at = entry.action.startsWith('appointment') ? 'appointments' : /^(notification|reminder)/.test(entry.action) ? 'reminders' : undefined;
  return at ? <a href={href(`${at}/${entry.subject}`)}><code>{entry.subject}</code></a> : <code>{entry.subject}</code>;
}
