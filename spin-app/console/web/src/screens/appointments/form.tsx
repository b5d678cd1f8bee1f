/** Booking and changing an appointment: each field says what is wrong with it, and the reminders show while one types. */
import { useRef, useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../../api/client.ts';
import * as api from '../../api/calls.ts';
import type { Appointment } from '../../api/types.ts';
import { announce } from '../../app/announce.tsx';
import { go, href } from '../../app/route.ts';
import { may, me } from '../../app/session.ts';
import { usePreview } from '../../preview/use-preview.ts';
import { Field, Select, Text } from '../../ui/field.tsx';
import { Failure } from '../../ui/states.tsx';
import { APPOINTMENT_STATUSES, appointmentStatus } from '../../words/statuses.ts';
import { VIEWER_ZONE, forYou, momentWords } from '../../words/times.ts';
import { addMinutes } from '../../words/zoned.ts';
import { ConflictWords } from './conflict.tsx';
import { FIELD_OF, atVersion, draftOf, emptyDraft, formProblems, startOf, toApi, type Draft } from './draft.ts';
import { PreviewPane } from './preview-pane.tsx';
import { ZONES_ID, ZoneChoices } from './zones.tsx';

const MINUTES = 30;

const LOCALES = [
  { value: 'en', words: 'English' },
  { value: 'de', words: 'German' },
  { value: 'es', words: 'Spanish' },
  { value: 'fr', words: 'French' },
];

/** Placeholders that stand for contacts which are stored and not shown: the plan needs to know only that there are some. */
const ON_FILE = { email: 'on-file@example.com', phone: '+12025550100' };

export function AppointmentForm({ appointment }: { appointment?: Appointment }) {
  const zone = me.value?.default_time_zone ?? 'UTC';
  const [draft, setDraft] = useState<Draft>(() => (appointment ? draftOf(appointment, zone) : emptyDraft(zone === 'UTC' ? VIEWER_ZONE : zone)));
  const masked = appointment !== undefined && !may('contacts');
  const [keeps, setKeeps] = useState<ReadonlySet<'email' | 'phone'>>(() => new Set(
    masked ? (['email', 'phone'] as const).filter((contact) => appointment[contact]) : [],
  ));
  const [tried, setTried] = useState(false);
  // A contact is judged once one has left its field: half an address is no mistake yet.
  const [left, setLeft] = useState<ReadonlySet<ContactName>>(() => new Set(appointment ? ['email', 'phone'] : []));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const form = useRef<HTMLFormElement>(null);

  const missing = formProblems(draft);
  // What is stored already does not stand in the way of another change, even if it is of no use.
  const unchanged = (['email', 'phone'] as const).filter((contact) => appointment && draft[contact] === (appointment[contact] ?? ''));
  const body = toApi(draft, new Set([...keeps, ...unchanged]));
  const known = { ...toApi(draft, keeps), ...(keeps.has('email') ? { email: ON_FILE.email } : {}), ...(keeps.has('phone') ? { phone: ON_FILE.phone } : {}) };
  const preview = usePreview(missing.size === 0 ? known : undefined, keeps.size === 0);
  const problems = new Map<keyof Draft, preact.ComponentChildren>();
  for (const [member, detail] of refusal?.problems ?? []) problems.set(FIELD_OF[member] ?? 'begins', contactWords(member) ?? detail);
  if (refusal?.conflict) problems.set('begins', <ConflictWords conflict={refusal.conflict} zone={draft.time_zone} />);
  for (const [member, detail] of preview.problems) {
    const words = contactWords(member);
    if (!words) problems.set(FIELD_OF[member] ?? 'begins', detail);
    else if (tried || left.has(member as ContactName)) problems.set(member as ContactName, words);
  }
  for (const [field, words] of missing) if (tried || words.startsWith('It must')) problems.set(field, words);

  function set(change: Partial<Draft>) {
    setDraft((old) => ({ ...old, ...change }));
    setRefusal(undefined);
  }

  /** The focus goes to the first field with a mistake, once it is shown. */
  function showMistake() {
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }

  async function save() {
    setTried(true);
    if (missing.size > 0) {
      showMistake();
      return;
    }
    setBusy(true);
    setRefusal(undefined);
    try {
      const saved = appointment
        ? await api.appointments.change(appointment.id, { ...body, ...atVersion(appointment) })
        : await api.appointments.create(body);
      announce(appointment ? 'The appointment was changed. Its reminders follow.' : 'The appointment was booked.');
      go(href(`appointments/${saved.id}`));
    } catch (error) {
      setBusy(false);
      setRefusal(asRefusal(error));
      showMistake();
    }
  }

  const start = startOf(draft);
  return (
    <div class="booking">
      <form ref={form} noValidate class="card" onSubmit={(event) => { event.preventDefault(); if (!busy) void save(); }}>
        {refusal && (refusal.conflict || refusal.problems.size === 0 || refusal.status === 409) && <Refused refusal={refusal} zone={draft.time_zone} id={appointment?.id} />}
        <fieldset>
          <legend>Who and what</legend>
          <div class="pair">
            <Field label="Name" error={problems.get('customer_name')}>
              {(control) => <Text control={control} autocomplete="off" maxLength={200} value={draft.customer_name} onValue={(customer_name) => set({ customer_name })} />}
            </Field>
            <Field label="Service" error={problems.get('service')}>
              {(control) => <Text control={control} autocomplete="off" maxLength={200} value={draft.service} onValue={(service) => set({ service })} />}
            </Field>
          </div>
          <Field label="With or in" optional hint="A doctor or a room. Two appointments of the same one must not overlap." error={problems.get('resource')}>
            {(control) => <Text control={control} autocomplete="off" maxLength={200} value={draft.resource} onValue={(resource) => set({ resource })} />}
          </Field>
        </fieldset>
        <fieldset>
          <legend>When</legend>
          <div class="three">
            <Field label="Day" error={problems.get('day')}>
              {(control) => <Text control={control} type="date" required value={draft.day} onValue={(day) => set({ day })} />}
            </Field>
            <Field label="Begins" error={problems.get('begins')}>
              {(control) => (
                <Text control={control} type="time" required value={draft.begins}
                  onValue={(begins) => set({ begins, ...(begins && (!draft.ends || draft.ends === later(draft.begins)) ? { ends: later(begins) } : {}) })} />
              )}
            </Field>
            <Field label="Ends" optional error={problems.get('ends')}>
              {(control) => <Text control={control} type="time" value={draft.ends} onValue={(ends) => set({ ends })} />}
            </Field>
            {draft.endDay && (
              <Field label="Day of the end">
                {(control) => <Text control={control} type="date" value={draft.endDay} onValue={(endDay) => set({ endDay })} />}
              </Field>
            )}
          </div>
          <Field label="Time zone" error={problems.get('time_zone')} hint={start ? zoneHint(start, draft.time_zone) : 'The clock on the wall where the appointment is.'}>
            {(control) => <Text control={control} list={ZONES_ID} autocomplete="off" spellcheck={false} value={draft.time_zone} onValue={(time_zone) => set({ time_zone })} />}
          </Field>
          <ZoneChoices />
        </fieldset>
        <fieldset>
          <legend>How to reach the person</legend>
          <div class="pair">
            <Contact name="email" label="Email" type="email" draft={draft} keeps={keeps} setKeeps={setKeeps} set={set} onLeave={() => setLeft(new Set([...left, 'email']))} error={problems.get('email')} />
            <Contact name="phone" label="Phone" type="tel" hint="With the country: +49 30 1234567" draft={draft} keeps={keeps} setKeeps={setKeeps} set={set} onLeave={() => setLeft(new Set([...left, 'phone']))} error={problems.get('phone')} />
          </div>
          <Field label="Language of the reminders" error={problems.get('locale')}>
            {(control) => <Select control={control} value={draft.locale} choices={localeChoices(draft.locale)} onValue={(locale) => set({ locale })} />}
          </Field>
        </fieldset>
        <fieldset>
          <legend>More</legend>
          {appointment && (
            <Field label="Status" error={problems.get('status')} hint="A canceled, completed or missed appointment gets no more reminders.">
              {(control) => <Select control={control} value={draft.status} choices={APPOINTMENT_STATUSES.map((value) => ({ value, words: appointmentStatus(value).words }))} onValue={(status) => set({ status: status as Draft['status'] })} />}
            </Field>
          )}
          <Field label="Notes for colleagues" optional error={problems.get('notes')}>
            {(control) => <textarea {...control} rows={3} maxLength={4000} value={draft.notes} onInput={(event) => set({ notes: event.currentTarget.value })} />}
          </Field>
        </fieldset>
        <div class="form-actions">
          <button type="submit" class="main" aria-disabled={busy}>{busy ? 'Saving…' : appointment ? 'Save changes' : 'Book appointment'}</button>
          <a class="button" href={appointment ? href(`appointments/${appointment.id}`) : href('appointments')}>{appointment ? 'Leave as it was' : 'Do not book'}</a>
        </div>
      </form>
      <PreviewPane preview={preview} zone={draft.time_zone} kept={keeps.size > 0} />
    </div>
  );
}

const CONTACT_WORDS = {
  email: 'This is not a valid email address, so no reminder could reach it. Correct it, or leave it empty.',
  phone: 'This is not a valid number with its country, so no reminder could reach it. Write it as +49…, or leave it empty.',
} as const;

type ContactName = 'email' | 'phone';

function contactWords(member: string): string | undefined {
  return member === 'email' || member === 'phone' ? CONTACT_WORDS[member] : undefined;
}

/** A contact. One that is masked for whoever edits is kept, until they say that they want to replace it. */
function Contact(props: {
  name: ContactName;
  label: string;
  type: 'email' | 'tel';
  hint?: string;
  draft: Draft;
  keeps: ReadonlySet<ContactName>;
  setKeeps: (keeps: ReadonlySet<ContactName>) => void;
  set: (change: Partial<Draft>) => void;
  onLeave: () => void;
  error: preact.ComponentChildren;
}) {
  const { name, label, draft } = props;
  if (props.keeps.has(name)) {
    return (
      <div class="field">
        <p class="label">{label}</p>
        <p class="kept">
          <span>{draft[name]}</span>
          <button type="button" class="small" onClick={() => {
            props.setKeeps(new Set([...props.keeps].filter((kept) => kept !== name)));
            props.set({ [name]: '' });
          }}>Replace {label.toLowerCase()}</button>
        </p>
        <p class="hint">Stored, and shown in part only.</p>
      </div>
    );
  }
  return (
    <Field label={label} optional hint={props.hint} error={props.error}>
      {(control) => <Text control={control} type={props.type} autocomplete="off" value={draft[name]} onBlur={props.onLeave} onValue={(value) => props.set({ [name]: value })} />}
    </Field>
  );
}

/** Above the form, since what was refused may be far down. */
function Refused({ refusal, zone, id }: { refusal: Refusal; zone: string; id: string | undefined }) {
  if (refusal.conflict) {
    return <div class="note bad" role="alert"><div><p><strong>Not saved: the time is taken.</strong></p><p><ConflictWords conflict={refusal.conflict} zone={zone} /></p></div></div>;
  }
  if (refusal.status === 409 && id) {
    return (
      <div class="note bad" role="alert">
        <div><p><strong>Not saved: somebody else changed this appointment meanwhile.</strong></p><p><a href={href(`appointments/${id}`)}>See how it is now</a>, then change it again.</p></div>
      </div>
    );
  }
  return <Failure refusal={refusal} />;
}

function later(begins: string): string {
  return begins ? addMinutes(begins, MINUTES) : '';
}

function zoneHint(start: string, zone: string): string {
  const at = new Date(start);
  const yours = forYou(at, zone);
  return yours ? `It begins ${momentWords(at, zone)}; that is ${yours}.` : `It begins ${momentWords(at, zone)}, which is your own clock too.`;
}

function localeChoices(current: string) {
  const usual = { value: '', words: `As usual (${me.value?.default_locale ?? 'en'})` };
  const other = current && !LOCALES.some(({ value }) => value === current) ? [{ value: current, words: current }] : [];
  return [usual, ...LOCALES, ...other];
}
