/** Booking, changing, moving, cancelling, deleting; what is wrong is told beside its field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { World } from '../world.ts';

export function appointments(world: World): void {
  test('an appointment is booked while its reminders show', () => world.operator(async (window) => {
    const { page } = window;
    await page.getByRole('link', { name: 'New appointment' }).click();
    await page.getByRole('button', { name: 'Book appointment' }).click();
    await page.getByText('Choose the day of the appointment.').waitFor();
    await page.getByText('Choose when it begins.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true', 'the focus is on the first mistake');
    await window.accessible('a form with mistakes');
    await page.getByLabel('Name').fill('Robin Meyer');
    await page.getByLabel('Service').fill('Consultation');
    await page.getByLabel('With or in').fill('Dr. Adeyemi');
    await page.getByLabel('Day').fill('2026-12-07');
    await page.getByLabel('Begins').fill('09:00');
    assert.equal(await page.getByLabel('Ends').inputValue(), '09:30', 'half an hour is proposed');
    const plan = page.getByRole('complementary', { name: 'Its reminders' });
    await plan.getByText('The appointment has no email address.').first().waitFor();
    await page.getByLabel('Email').fill('robin@');
    await page.getByLabel('Phone').fill('+1 202 555 0114');
    await page.getByText('This is not a valid email address').waitFor();
    await page.getByLabel('Email').fill('robin@example.com');
    await page.getByText('This is not a valid email address').waitFor({ state: 'detached' });
    // A week before is past already; a day and an hour before are to come.
    await plan.getByText('4 will be sent, 2 not.').waitFor();
    await plan.getByText('Its time had already passed when it was planned.').first().waitFor();
    await plan.getByText('Sun 6 Dec 2026, 09:00 in Berlin').first().waitFor();
    await page.getByLabel('Time zone').fill('America/New_York');
    await page.getByText('It begins Mon 7 Dec 2026, 09:00 in New York; that is 15:00 for you.').waitFor();
    await plan.getByText('Sun 6 Dec 2026, 09:00 in New York').first().waitFor();
    await window.accessible('a form with its plan');
    await window.picture('appointment-plan');
    await page.getByLabel('Ends').fill('08:00');
    await page.getByText('It must end after it begins.').waitFor();
    await page.getByLabel('Ends').fill('09:30');
    await page.getByLabel('Time zone').fill('Mars/Base');
    await page.getByRole('button', { name: 'Book appointment' }).click();
    await page.getByText('Choose a time zone from the list').waitFor();
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByRole('button', { name: 'Book appointment' }).click();
    await page.getByRole('heading', { level: 1, name: 'Robin Meyer' }).waitFor();
    const id = /appointments\/([0-9a-f-]+)/.exec(page.url())?.[1];
    const stored = await world.clinic.api<Record<string, unknown>>('GET', `/api/appointments/${id}`);
    assert.deepEqual([stored['start_at'], stored['end_at'], stored['phone'], stored['time_zone']], ['2026-12-07T08:00:00Z', '2026-12-07T08:30:00Z', '+12025550114', 'Europe/Berlin']);
    const planned = await world.clinic.reminders(`appointment=${id}`);
    assert.equal(planned.filter(({ status }) => status === 'scheduled').length, 4);
  }));

  test('the core plans in the browser before the server is asked', () => world.operator(async (window) => {
    const { page } = window;
    await page.route('**/api/preview', (route) => route.abort());
    window.expect(/ERR_FAILED/);
    await window.go('appointments/new');
    await page.getByLabel('Email').fill('robin@example.com');
    await page.getByLabel('Day').fill('2026-12-20');
    await page.getByLabel('Begins').fill('09:00');
    const plan = page.getByRole('complementary', { name: 'Its reminders' });
    await plan.getByText('3 will be sent, 3 not. Worked out in this browser.').waitFor();
    await plan.getByText('Sun 13 Dec 2026, 09:00 in Berlin').waitFor();
    await plan.getByText('The appointment has no phone number.').first().waitFor();
  }));

  test('without a core in the browser the server plans', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/404/);
    await page.route('**/core/**', (route) => route.fulfill({ status: 404, body: '' }));
    await window.go('appointments/new');
    await page.getByLabel('Email').fill('robin@example.com');
    await page.getByLabel('Day').fill('2026-12-20');
    await page.getByLabel('Begins').fill('09:00');
    await page.getByText('3 will be sent, 3 not. Checked with the server.').waitFor();
  }));

  test('a time that is taken is refused in words, with the way to who has it', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/409/);
    await window.go('appointments/new');
    await page.getByLabel('Name').fill('Too Late');
    await page.getByLabel('With or in').fill('dr. novak');
    await page.getByLabel('Day').fill('2026-12-02');
    await page.getByLabel('Begins').fill('09:15');
    await page.getByRole('button', { name: 'Book appointment' }).click();
    await page.getByRole('alert').getByText('Not saved: the time is taken.').waitFor();
    await page.locator('.field-error').getByText(/is already booked on Wed 2 Dec 2026 from 09:00 to 09:30 in Berlin \(Check-up\)/).waitFor();
    await window.accessible('an overlap');
    await window.picture('appointment-overlap');
    await page.locator('.field-error').getByRole('link', { name: 'open that appointment' }).click();
    await page.getByRole('heading', { level: 1, name: 'Jonas Weber' }).waitFor();
    const { items } = await world.clinic.api<{ items: unknown[] }>('GET', '/api/appointments?q=Too%20Late');
    assert.equal(items.length, 0);
  }));

  test('an appointment is changed; who was slower is told so', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/409/);
    const { avery } = world.people;
    await window.go(`appointments/${avery}/edit`);
    await page.getByLabel('Notes for colleagues').fill('Fasting.');
    await world.clinic.api('PATCH', `/api/appointments/${avery}`, { notes: 'Somebody else was here.' });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('somebody else changed this appointment meanwhile').waitFor();
    await page.getByRole('link', { name: 'See how it is now' }).click();
    await page.getByText('Somebody else was here.').waitFor();
    await page.getByRole('link', { name: 'Change', exact: true }).click();
    await page.getByLabel('Notes for colleagues').fill('Fasting.');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Fasting.').waitFor();
  }));

  test('an appointment is moved, and its reminders go along', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/409/);
    const { mila } = world.people;
    await window.go(`appointments/${mila}`);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Begins, in Zagreb').fill('09:00');
    await dialog.getByRole('button', { name: 'Move appointment' }).click();
    await dialog.getByText('is already booked').waitFor();
    await dialog.getByLabel('New day').fill('2026-12-08');
    await dialog.getByRole('button', { name: 'Move appointment' }).click();
    await page.getByText('Tue 8 Dec 2026, 09:00 in Zagreb').first().waitFor();
    const stored = await world.clinic.api<{ start_at: string; end_at: string }>('GET', `/api/appointments/${mila}`);
    assert.deepEqual([stored.start_at, stored.end_at], ['2026-12-08T08:00:00Z', '2026-12-08T08:45:00Z'], 'it keeps its length');
    const open = await world.clinic.reminders(`appointment=${mila}&status=scheduled,pending`);
    assert.ok(open.length > 0 && open.every(({ due_at }) => due_at > '2026-12-01T09:15'));
  }));

  test('an appointment is cancelled and its reminders end; another is deleted', () => world.operator(async (window) => {
    const { page } = window;
    const { kenji, tom } = world.people;
    await window.go(`appointments/${kenji}`);
    await page.getByRole('button', { name: 'Cancel appointment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Cancel appointment' }).click();
    await dialog.getByRole('button', { name: 'Cancel appointment' }).click();
    await page.getByText('The appointment was canceled.', { exact: true }).first().waitFor();
    assert.equal((await world.clinic.reminders(`appointment=${kenji}&status=scheduled,pending`)).length, 0);
    await window.go(`appointments/${tom}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete appointment' }).click();
    await page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
    await assert.rejects(world.clinic.api('GET', `/api/appointments/${tom}`), /404/);
  }));

  test('the list is narrowed by text, by whom it is with, by time and by status', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('appointments');
    await page.getByLabel('With or in').fill('Dr. Novak');
    await page.getByRole('link', { name: 'Jonas Weber' }).first().waitFor();
    await page.getByText('Patient 1').first().waitFor({ state: 'detached' });
    await page.getByLabel('With or in').fill('');
    await page.getByLabel('Search').fill('patient 3');
    await page.getByRole('link', { name: 'Patient 3', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Jonas Weber' }).first().waitFor({ state: 'detached' });
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Status').selectOption('canceled');
    await page.getByRole('link', { name: 'Kenji Mori' }).waitFor();
    await page.getByLabel('Status').selectOption('');
    await page.getByLabel('When').selectOption('past');
    await page.getByText('No appointment in this time').waitFor();
  }));
}
