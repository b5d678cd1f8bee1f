/** Coming in and going out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATOR, STAFF } from '../clinic.ts';
import type { World } from '../world.ts';

export function door(world: World): void {
  test('a wrong token is refused in words, and nothing else is shown', async () => {
    const window = await world.blank();
    window.expect(/401/);
    const { page } = window;
    await page.goto(world.clinic.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await window.accessible('sign-in');
    await window.picture('sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Write the token that you were given.').waitFor();
    await page.getByLabel('Token').fill('not-the-token');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The token was not accepted').waitFor();
    assert.equal(await page.getByLabel('Token').inputValue(), '');
    assert.equal(await page.getByRole('navigation').count(), 0);
    await window.accessible('sign-in, refused');
    await window.close();
  });

  test('the token stays in its tab, survives a reload, and is gone after signing out', async () => {
    const window = await world.blank();
    const { page } = window;
    await window.signIn(OPERATOR);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
    const kept = await page.evaluate(() => ({ tab: JSON.stringify(sessionStorage), disk: JSON.stringify(localStorage), cookie: document.cookie, address: location.href }));
    assert.ok(kept.tab.includes(OPERATOR));
    for (const place of [kept.disk, kept.cookie, kept.address]) assert.ok(!place.includes(OPERATOR), place);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes(OPERATOR));
    await window.close();
  });

  test('each role sees the screens that it has a right to', async () => {
    const screensOf = async (token: string) => {
      let names: string[] = [];
      await world.as(token, async ({ page }) => {
        names = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
      });
      return names.map((name) => name.trim());
    };
    const all = ['Appointments', 'Coming', 'History', 'Attention', 'Health'];
    assert.deepEqual(await screensOf(STAFF), all);
    assert.deepEqual(await screensOf(OPERATOR), [...all, 'Suppressions', 'Audit']);
  });
}
