/** Every screen in light, in dark and on a phone: no violation, nothing too wide, and a picture to look at. */
import { test } from 'node:test';
import type { Look, Window } from '../browser.ts';
import { LOOKS } from '../browser.ts';
import type { World } from '../world.ts';

export function screens(world: World): void {
  for (const look of Object.keys(LOOKS) as Look[]) {
    test(`every screen, ${look}`, () => world.operator(async (window) => {
      const show = async (name: string, path: string) => {
        await window.go(path);
        await window.accessible(name);
        await window.picture(name);
      };
      const { page } = window;
      const { jonas, sofia } = world.people;
      await show('appointments', 'appointments');
      await show('appointment', `appointments/${jonas}`);
      await show('person', `appointments/${jonas}/person`);
      await show('appointment-edit', `appointments/${sofia}/edit`);
      await show('appointment-new', 'appointments/new');
      await show('coming', 'coming');
      await show('history', 'history');
      const [sent] = await world.clinic.reminders(`appointment=${jonas}&status=sent,delivered&channel=email`);
      await show('reminder', `reminders/${sent?.id}`);
      await page.getByRole('button', { name: 'Plain text' }).click();
      await window.accessible('reminder, plain text');
      await show('attention', 'attention');
      await show('health', 'health');
      await page.getByText('The figures as a table').first().click();
      await window.accessible('health, with a table');
      await show('suppressions', 'suppressions');
      await show('audit', 'audit');
      await dialogs(window);
    }, look));
  }
}

async function dialogs(window: Window): Promise<void> {
  const { page } = window;
  await window.go('coming');
  const open = async (name: string, picture: string) => {
    await page.getByRole('dialog').waitFor();
    await window.accessible(name);
    await window.picture(picture);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await page.getByRole('button', { name: /^Move: / }).first().click();
  await open('moving a reminder', 'dialog-move');
  await page.getByLabel('Select all shown').check();
  await window.accessible('coming, all selected');
  await page.getByRole('group', { name: 'Selected reminders' }).getByRole('button', { name: /^Cancel/ }).click();
  await open('cancelling many', 'dialog-cancel-many');
  await window.go('health');
  await page.getByRole('button', { name: 'Stop sending SMS' }).click();
  await open('the switch', 'dialog-switch');
  await window.go('suppressions');
  await page.getByRole('button', { name: 'Add' }).click();
  await open('adding a suppression', 'dialog-suppression');
}
