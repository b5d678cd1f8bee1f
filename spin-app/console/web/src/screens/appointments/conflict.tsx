/** An overlap told in words, with the way to the appointment that was there first. */
import type { Conflict } from '../../api/types.ts';
import { href } from '../../app/route.ts';
import { dayWords, timeWords, zoneWords } from '../../words/times.ts';

export function ConflictWords({ conflict, zone }: { conflict: Conflict; zone: string }) {
  const start = new Date(conflict.start_at);
  const end = conflict.end_at ? new Date(conflict.end_at) : undefined;
  const until = end ? ` to ${timeWords(end, zone)}` : '';
  return (
    <>
      {conflict.resource} is already booked on {dayWords(start, zone)} from {timeWords(start, zone)}{until} in {zoneWords(zone)}
      {conflict.service && ` (${conflict.service})`}. Choose another time, or <a href={href(`appointments/${conflict.id}`)}>open that appointment</a>.
    </>
  );
}
