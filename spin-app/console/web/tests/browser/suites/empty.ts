/** Before anybody is booked, each screen says so and what to do. */
import { test } from 'node:test';
import type { World } from '../world.ts';

const EMPTY: readonly (readonly [string, string])[] = [
  ['appointments', 'No appointment in this time'],
  ['coming', 'No reminder is waiting'],
  ['history', 'No reminder has ended in this time'],
  ['attention', 'Nothing wants your attention'],
  ['health', 'Nothing was sent in this time'],
  ['suppressions', 'Nobody is suppressed'],
  ['nowhere', 'The address leads nowhere'],
];

export function empty(world: World): void {
  test('a clinic where nothing has happened yet', () => world.operator(async (window) => {
    for (const [screen, words] of EMPTY) {
      await window.go(screen);
      await window.page.getByText(words).first().waitFor();
      await window.accessible(`${screen}, empty`);
    }
    await window.go('coming');
    await window.picture('coming-empty');
  }));
}
