/** The three ways to change an appointment without its form: another time, canceled, deleted. */
import { useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../../api/client.ts';
import * as api from '../../api/calls.ts';
import type { Appointment } from '../../api/types.ts';
import { announce } from '../../app/announce.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Text } from '../../ui/field.tsx';
import { zoneOf } from '../../ui/moment.tsx';
import { Failure } from '../../ui/states.tsx';
import { zoneWords } from '../../words/times.ts';
import { toInstant, toWall } from '../../words/zoned.ts';
import { ConflictWords } from './conflict.tsx';
import { atVersion } from './draft.ts';

export type Ending = 'move' | 'cancel' | 'delete';

const WORDS: Readonly<Record<Ending, { title: string; text: string; keep: string; act: string; done: string }>> = {
  move: {
    title: 'Move this appointment',
    text: 'It keeps its length. Reminders of the old time are canceled, and the new time gets its own.',
    keep: 'Leave it', act: 'Move appointment', done: 'The appointment was moved.',
  },
  cancel: {
    title: 'Cancel this appointment?',
    text: 'It stays in the list as canceled, and none of its reminders goes out any more. Punctual tells the person nothing of it.',
    keep: 'Keep it', act: 'Cancel appointment', done: 'The appointment was canceled.',
  },
  delete: {
    title: 'Delete this appointment?',
    text: 'It is gone for good, and its reminders end. To keep a trace of it, cancel it instead.',
    keep: 'Keep it', act: 'Delete appointment', done: 'The appointment was deleted.',
  },
};

export function EndDialog(props: { appointment: Appointment; ending: Ending; onClose: () => void; onDone: (ending: Ending) => void }) {
  const { appointment, ending } = props;
  const words = WORDS[ending];
  const zone = zoneOf(appointment);
  const [wall, setWall] = useState(() => (appointment.start_at ? toWall(appointment.start_at, zone) : { date: '', time: '' }));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const start = toInstant(wall.date, wall.time, zone);

  async function act() {
    setBusy(true);
    setRefusal(undefined);
    try {
      if (ending === 'delete') await api.appointments.remove(appointment.id);
      else if (ending === 'cancel') await api.appointments.change(appointment.id, { status: 'canceled', ...atVersion(appointment) });
      else if (start) await api.appointments.change(appointment.id, { start_at: start, end_at: movedEnd(appointment, start), ...atVersion(appointment) });
      announce(words.done);
      props.onDone(ending);
    } catch (error) {
      setBusy(false);
      setRefusal(asRefusal(error));
    }
  }

  return (
    <Dialog title={words.title} onClose={props.onClose}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); if (!busy && (ending !== 'move' || start)) void act(); }}>
        {ending === 'move' && (
          <div class="pair">
            <Field label="New day" error={start ? undefined : 'Choose a day and a time.'}>
              {(control) => <Text control={control} type="date" value={wall.date} onValue={(date) => { setWall({ ...wall, date }); setRefusal(undefined); }} />}
            </Field>
            <Field label={`Begins, in ${zoneWords(zone)}`} error={refusal?.conflict && <ConflictWords conflict={refusal.conflict} zone={zone} />}>
              {(control) => <Text control={control} type="time" value={wall.time} onValue={(time) => { setWall({ ...wall, time }); setRefusal(undefined); }} />}
            </Field>
          </div>
        )}
        <p>{words.text}</p>
        {refusal && !refusal.conflict && <Failure refusal={refusal} />}
        {refusal?.conflict && <p class="visually-hidden" role="alert">Not moved: the time is taken.</p>}
        <div class="dialog-actions">
          <button type="button" onClick={props.onClose}>{words.keep}</button>
          <button type="submit" class={ending === 'move' ? 'main' : 'danger'} aria-disabled={busy}>{busy ? 'Working…' : words.act}</button>
        </div>
      </form>
    </Dialog>
  );
}

function movedEnd(appointment: Appointment, start: string): string | null {
  if (!appointment.end_at || !appointment.start_at) return appointment.end_at;
  const length = Date.parse(appointment.end_at) - Date.parse(appointment.start_at);
  return new Date(Date.parse(start) + length).toISOString();
}
