/** When the server is away, slow or refuses: what is told, what stays, and that it goes on afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { World } from '../world.ts';

const SCREENS = ['appointments', 'coming', 'history', 'attention', 'health', 'suppressions', 'audit'] as const;
const PROBLEM = { type: 'about:blank', title: 'unavailable', status: 503, detail: 'the database is busy; try again' };

export function trouble(world: World): void {
  test('each screen says that it is loading, and what went wrong, and tries again when asked', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/503/);
    for (const screen of SCREENS) {
      await window.go('nowhere');
      let answer: () => void = () => undefined;
      const held = new Promise<void>((resolve) => { answer = resolve; });
      let refused = true;
      await page.route('**/api/**', async (route) => {
        if (!refused || route.request().method() !== 'GET' || route.request().url().endsWith('/api/me')) return route.continue();
        await held;
        return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(PROBLEM) });
      });
      await page.evaluate((hash) => { location.hash = hash; }, `#/${screen}`);
      await page.getByRole('status').getByText('Loading').first().waitFor({ state: 'attached' });
      answer();
      const alert = page.getByRole('alert');
      await alert.getByText('The database is busy; try again.').waitFor();
      await alert.getByText('This may pass: try again in a moment.').waitFor();
      await window.accessible(`${screen}, refused`);
      if (screen === 'coming') await window.picture('coming-refused');
      refused = false;
      await alert.getByRole('button', { name: 'Try again' }).click();
      await alert.waitFor({ state: 'detached' });
      await window.settled();
      await page.unrouteAll({ behavior: 'wait' });
    }
  }));

  test('what was read stays when the server goes away, and says that it is older', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/ERR_FAILED/);
    await window.go('coming');
    const before = await page.locator('.list tbody tr').count();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    await page.getByRole('alert').getByText('What you see below is older.').waitFor();
    assert.equal(await page.locator('.list tbody tr').count(), before);
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  }));

  test('a change whose answer is lost is told as such in its dialog, and nothing is done twice', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/ERR_FAILED/);
    await window.go('coming');
    await page.route('**/api/notifications/bulk', (route) => route.abort());
    await page.getByRole('button', { name: /^Cancel: / }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Cancel reminder' }).click();
    await dialog.getByRole('alert').getByText('The server does not answer.').waitFor();
    await window.accessible('a refusal in a dialog');
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await dialog.waitFor({ state: 'detached' });
  }));

  test('a token that is withdrawn leads back to the door, which says why', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/401/);
    await page.route('**/api/**', (route) => route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ title: 'unauthorized', status: 401, detail: 'the token is not right' }) }));
    await page.getByRole('link', { name: 'Coming' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('The token was not accepted').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  }));

  test('what is not there is told', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/404/);
    await window.go('appointments/5f0c7a52-6f0b-4b0e-9d3a-0b1f6c1f7eff');
    await page.getByRole('alert').getByText('There is no such appointment.').waitFor();
    await window.go('reminders/5f0c7a52-6f0b-4b0e-9d3a-0b1f6c1f7eff');
    await page.getByRole('alert').waitFor();
  }));

  test('an open list follows what happens, unless that is switched off', () => world.operator(async (window) => {
    const { page } = window;
    await page.clock.install();
    await window.go('coming');
    await window.go('appointments');
    const { id } = await world.clinic.book({ customer_name: 'Just Now', service: 'Check-up', start_at: '2026-12-02T15:00:00Z' });
    await page.clock.runFor(6_000);
    await page.getByRole('link', { name: 'Just Now' }).waitFor();
    await page.getByLabel('Update by itself').uncheck();
    await world.clinic.api('DELETE', `/api/appointments/${id}`);
    const asked = window.requests.length;
    await page.clock.runFor(60_000);
    assert.equal(window.requests.length, asked, 'it asked all the same');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('link', { name: 'Just Now' }).waitFor({ state: 'detached' });
  }));
}
