/** Whether lists read themselves again and again. Whoever is disturbed by that switches it off. */
import { effect, signal } from '@preact/signals';

const KEY = 'punctual-live';

export const live = signal(localStorage.getItem(KEY) !== 'off');

effect(() => {
  if (live.value) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, 'off');
});
