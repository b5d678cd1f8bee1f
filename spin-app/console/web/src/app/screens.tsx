/** Which screen stands at which place, and what the audit log is told of it. */
import { useEffect } from 'preact/hooks';
import * as api from '../api/calls.ts';
import type { View } from '../api/types.ts';
import { Appointment, EditAppointment, NewAppointment } from '../screens/appointments/detail.tsx';
import { Appointments } from '../screens/appointments/list.tsx';
import { Person } from '../screens/appointments/person.tsx';
import { Attention } from '../screens/attention/screen.tsx';
import { Audit } from '../screens/audit.tsx';
import { Health } from '../screens/health/screen.tsx';
import { Reminder } from '../screens/reminders/detail.tsx';
import { Coming, History } from '../screens/reminders/list.tsx';
import { Suppressions } from '../screens/suppressions.tsx';
import { Screen } from '../ui/screen.tsx';
import { Empty } from '../ui/states.tsx';
import { href, route, type Route } from './route.ts';
import { may } from './session.ts';

export function Current() {
  const here = route.value;
  const view = viewOf(here);
  const subject = here.id && here.id !== 'new' ? here.id : undefined;
  useEffect(() => {
    // Looking must not fail because it cannot be told; what is changed is written by the server itself.
    if (view) api.audit.view(view, subject).catch(() => undefined);
  }, [view, subject]);
  return screenOf(here);
}

function screenOf({ screen, id, part }: Route) {
  switch (screen) {
    case 'appointments':
      if (id === undefined) return <Appointments />;
      if (id === 'new') return <NewAppointment />;
      if (part === 'edit') return <EditAppointment id={id} />;
      return part === 'person' ? <Person id={id} /> : <Appointment id={id} />;
    case 'coming': return <Coming />;
    case 'history': return <History />;
    case 'reminders': return id === undefined ? <Missing /> : <Reminder id={id} />;
    case 'attention': return <Attention />;
    case 'health': return <Health />;
    case 'suppressions': return may('suppressions') ? <Suppressions /> : <NotYours />;
    case 'audit': return may('audit') ? <Audit /> : <NotYours />;
    case 'missing': return <Missing />;
  }
}

function viewOf({ screen, part }: Route): View | undefined {
  if (screen === 'missing') return undefined;
  if (screen === 'reminders') return 'reminder';
  return screen === 'appointments' && part === 'person' ? 'person' : screen;
}

function Missing() {
  return <Screen title="There is no such page"><Empty title="The address leads nowhere"><a href={href('appointments')}>Go to the appointments</a></Empty></Screen>;
}

function NotYours() {
  return <Screen title="Not for this token"><Empty title="Only operators see this">Ask an operator, or sign in with an operator token.</Empty></Screen>;
}
