/** A week of a small clinic, so that every screen has something real to show. Everybody in it is invented. */
import { LOST, REFUSED, STOPPED } from './carrier.ts';
import type { Booking, Clinic } from './clinic.ts';

/** When the story begins and the clock of the clinic with it, and when the tests look at it: a quarter past ten in Berlin. */
export const BEGINS = '2026-11-23T08:00:00Z';
export const NOW = '2026-12-01T09:15:00Z';

export const PEOPLE = {
  jonas: { customer_name: 'Jonas Weber', service: 'Check-up', resource: 'Dr. Novak', email: 'jonas@example.com', phone: '+12025550102', start_at: '2026-12-02T08:00:00Z', end_at: '2026-12-02T08:30:00Z', time_zone: 'Europe/Berlin', locale: 'de' },
  avery: { customer_name: 'Avery Lin', service: 'Blood test', resource: 'Room 2', email: 'avery@example.com', phone: '+12025550101', start_at: '2026-12-03T14:00:00Z', end_at: '2026-12-03T14:20:00Z', time_zone: 'America/New_York' },
  mila: { customer_name: 'Mila Horvat', service: 'Dental cleaning', resource: 'Dr. Novak', email: 'mila@example.com', start_at: '2026-12-02T10:00:00Z', end_at: '2026-12-02T10:45:00Z', time_zone: 'Europe/Zagreb' },
  priya: { customer_name: 'Priya Nair', service: 'Eye examination', resource: 'Dr. Adeyemi', email: 'priya@example.com', phone: '+12025550104', start_at: '2026-12-04T05:30:00Z', time_zone: 'Asia/Kolkata' },
  tom: { customer_name: 'Tom Okafor', service: 'Vaccination', phone: '12', start_at: '2026-12-03T09:00:00Z', time_zone: 'Africa/Lagos' },
  sofia: { customer_name: 'Sofia Ruiz', service: 'Physiotherapy', resource: 'Room 1', email: 'sofia@example.com', phone: REFUSED, start_at: '2026-12-01T15:00:00Z', end_at: '2026-12-01T16:00:00Z', time_zone: 'America/Mexico_City', locale: 'es' },
  kenji: { customer_name: 'Kenji Mori', service: 'Check-up', resource: 'Dr. Adeyemi', email: 'kenji@example.com', phone: STOPPED, start_at: '2026-12-05T01:00:00Z', time_zone: 'Asia/Tokyo' },
  grace: { customer_name: 'Grace Hall', service: 'X-ray', resource: 'Room 2', email: 'grace@example.com', phone: LOST, start_at: '2026-12-02T09:10:00Z', time_zone: 'Europe/London' },
  lea: { customer_name: 'Lea Fischer', service: 'Skin check', resource: 'Dr. Novak', email: 'lea@example.com', phone: '+12025550110', start_at: '2026-12-01T10:13:00Z', end_at: '2026-12-01T10:30:00Z', time_zone: 'Europe/Vienna' },
  twice: { customer_name: 'Jonas Weber', service: 'Blood test', resource: 'Room 2', email: 'jonas@example.com', phone: '+12025550102', start_at: '2026-12-09T08:00:00Z', time_zone: 'Europe/Berlin' },
} as const satisfies Record<string, Booking>;

export type Person = keyof typeof PEOPLE;

/** So many more that lists have more than a page. */
const OTHERS = 16;

/** Books everybody and lets the week pass. Gives the appointments' ids. */
export async function seed(clinic: Clinic): Promise<Record<Person, string>> {
  const ids = {} as Record<Person, string>;
  for (const [person, booking] of Object.entries(PEOPLE)) {
    if (person === 'tom') continue;
    ids[person as Person] = (await clinic.book(booking)).id;
  }
  ids.tom = '3f2b8c1e-5d4a-4f6b-9c7d-000000000001';
  await clinic.hear(ids.tom, PEOPLE.tom);
  for (let number = 0; number < OTHERS; number += 1) {
    const day = String(10 + Math.floor(number / 4)).padStart(2, '0');
    await clinic.book({
      customer_name: `Patient ${number + 1}`, service: 'Consultation', email: `patient${number + 1}@example.com`,
      phone: `+120255501${String(20 + number)}`, start_at: `2026-12-${day}T${String(8 + (number % 4)).padStart(2, '0')}:00:00Z`, time_zone: 'Europe/Berlin',
    });
  }
  const open = await clinic.reminders('status=pending,scheduled&limit=1000');
  // Lea's last reminder is left lying: it is late.
  const leftLying = Date.parse('2026-12-01T09:12:00Z');
  const times = [...new Set(open.map((row) => row.due_at))].filter((due) => Date.parse(due) < leftLying).sort();
  for (const due of times) await clinic.passTo(due);
  await clinic.setNow(NOW);
  return ids;
}
