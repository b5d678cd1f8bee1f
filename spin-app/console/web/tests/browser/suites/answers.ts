/** People answer by the links in their reminders: on a phone, in their own language, without a script. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../browser.ts';
import type { World } from '../world.ts';

const BOOKING = { service: 'Check-up', start_at: '2027-03-01T09:00:00Z', time_zone: 'Europe/Berlin' };

async function follow(world: World, look: Look, link: string, question: string, button: string, done: string): Promise<void> {
  const window = await world.blank(look, { javaScriptEnabled: look === 'phone' });
  const { page } = window;
  await window.follow(link);
  await page.getByRole('heading', { level: 1, name: question }).waitFor();
  // What looks for faults is a script.
  if (look === 'phone') await window.accessible('the page behind a link');
  await window.picture('answer');
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { level: 1, name: done }).waitFor();
  await window.picture('answered');
  await window.close();
}

export function answers(world: World): void {
  test('who cancels by a link is seen by staff and reminded no more', async () => {
    const { clinic } = world;
    const { id } = await clinic.book({ ...BOOKING, customer_name: 'Nora Lind', email: 'nora@example.com', locale: 'de' });
    const link = await clinic.link(id, 'cancel');
    await follow(world, 'phone', link, 'Diesen Termin absagen?', 'Termin absagen', 'Termin abgesagt');
    const left = (await clinic.reminders(`appointment=${id}`)).filter(({ status }) => status !== 'sent');
    assert.ok(left.length > 0 && left.every(({ reason }) => reason === 'appointment_canceled' || reason === 'no_phone'), JSON.stringify(left));
    await world.operator(async (window) => {
      await window.go(`appointments/${id}`);
      await window.page.getByText('Canceled').first().waitFor();
      await window.go('audit');
      await window.page.getByText('customer', { exact: false }).first().waitFor();
    });
  });

  test('who confirms needs no script', async () => {
    const { clinic } = world;
    const { id } = await clinic.book({ ...BOOKING, customer_name: 'Ada Moss', email: 'ada@example.com' });
    const link = await clinic.link(id, 'confirm');
    await follow(world, 'dark', link, 'Will you come?', 'Confirm the appointment', 'Confirmed');
    const { status } = await clinic.api<{ status: string }>('GET', `/api/appointments/${id}`);
    assert.equal(status, 'confirmed');
  });
}
