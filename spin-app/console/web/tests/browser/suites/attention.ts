/** What wants a person's eye. It only looks, and comes before anybody delivers what was left lying. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { World } from '../world.ts';

export function attention(world: World): void {
  test('each kind of trouble stands where it is looked for, with the way to its row', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('attention');
    const kind = (name: string) => page.getByRole('region', { name: new RegExp(`^${name} `) });
    await kind('Late').getByText('Lea Fischer').first().waitFor();
    await kind('Outcome unknown').getByText('Grace Hall').first().waitFor();
    await kind('Failed').getByText('Sofia Ruiz').first().waitFor();
    await kind('Must not be contacted').getByText('Kenji Mori').first().waitFor();
    await page.getByRole('button', { name: 'Outcome unknown' }).click();
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /^Outcome unknown/);
    await kind('Failed').getByRole('link', { name: 'Sofia Ruiz' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Sofia Ruiz' }).waitFor();
  }));
}
