/** A moment on the clocks that matter: "09:00 in Berlin", and "03:00 for you" where that differs. */
import { me } from '../app/session.ts';
import { dayWords, forYou, timeWords, zoneWords } from '../words/times.ts';

/** The zone of an appointment, or what counts where it names none. */
export function zoneOf(appointment: { time_zone: string | null } | null | undefined): string {
  return appointment?.time_zone ?? me.value?.default_time_zone ?? 'UTC';
}

export function Moment({ at, zone, day = true }: { at: string; zone: string; day?: boolean }) {
  const date = new Date(at);
  const yours = forYou(date, zone);
  return (
    <span class="moment">
      <time datetime={at}>{day && `${dayWords(date, zone)}, `}{timeWords(date, zone)} in {zoneWords(zone)}</time>
      {yours && <small>{yours}</small>}
    </span>
  );
}
