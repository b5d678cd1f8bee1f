/** With the keyboard alone: where the focus goes, and that it comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { World } from '../world.ts';

const focused = (page: Page) => page.evaluate(() => {
  const { activeElement: element } = document;
  return `${element?.tagName.toLowerCase()} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''}`;
});

export function keyboard(world: World): void {
  test('the first stop skips to the content; a new screen takes the focus to its title', () => world.operator(async ({ page }) => {
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'button Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'h1 Appointments');
    await page.getByRole('link', { name: 'Coming' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Coming' }).waitFor();
    assert.equal(await focused(page), 'h1 Coming');
    assert.equal(await page.title(), 'Coming · Punctual');
  }));

  test('a dialog takes the focus, keeps it, and gives it back', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    const opener = page.getByRole('button', { name: /^Cancel: / }).first();
    const name = await opener.getAttribute('aria-label');
    await opener.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    assert.equal(await focused(page), 'h2 Cancel this reminder?');
    for (let stop = 0; stop < 6; stop += 1) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement?.closest('dialog')));
      assert.ok(inside, `stop ${stop}: ${await focused(page)}`);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(page), `button ${name}`);
  }));

  test('the focus can be seen on everything that takes it', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.evaluate(() => { (document.activeElement as HTMLElement | null)?.blur(); });
    for (let stop = 0; stop < 30; stop += 1) {
      await page.keyboard.press('Tab');
      const ring = await page.evaluate(() => {
        const style = document.activeElement && getComputedStyle(document.activeElement);
        return style ? `${style.outlineStyle} ${style.outlineWidth}` : '';
      });
      assert.equal(ring, 'solid 2px', await focused(page));
    }
  }));

  test('what one presses is at least 24 pixels wide and high', () => world.operator(async (window) => {
    const { page } = window;
    for (const screen of ['appointments', 'coming', 'attention', 'health', 'suppressions']) {
      await window.go(screen);
      const small = await page.locator('button:visible, select:visible, summary:visible, label:has(input[type=checkbox]):visible').evaluateAll((all) =>
        all.map((element) => ({ words: element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width < 24 || box.height < 24).map(({ words, box }) => `${words}: ${box.width} by ${box.height}`));
      assert.deepEqual(small, [], screen);
    }
  }, 'phone'));

  test('on a phone the screens are behind a menu', () => world.operator(async ({ page }) => {
    const menu = page.getByRole('button', { name: 'Menu' });
    assert.equal(await menu.getAttribute('aria-expanded'), 'false');
    await menu.click();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    assert.equal(await menu.getAttribute('aria-expanded'), 'false');
  }, 'phone'));

  test('light and dark follow the choice, and the choice is kept', () => world.operator(async ({ page }) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByLabel('Appearance').selectOption('dark');
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await ground(), dark);
    await page.getByLabel('Appearance').selectOption('system');
    assert.equal(await ground(), light);
  }));
}
