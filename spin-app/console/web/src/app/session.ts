/** Who is signed in. The token is kept for this tab alone and is forgotten with it; it is never part of an address. */
import { computed, signal } from '@preact/signals';
import type { Me, Right } from '../api/types.ts';

const KEY = 'punctual-token';

export const token = signal(sessionStorage.getItem(KEY) ?? '');
/** What the API says of the token; null before it was asked. */
export const me = signal<Me | null>(null);
/** Why the last session ended, to be shown where the next one begins. */
export const farewell = signal('');

export const rights = computed(() => new Set<Right>(me.value?.rights ?? []));
export const may = (right: Right) => rights.value.has(right);

export function signIn(secret: string, who: Me): void {
  sessionStorage.setItem(KEY, secret);
  token.value = secret;
  me.value = who;
  farewell.value = '';
}

export function signOut(why = ''): void {
  sessionStorage.removeItem(KEY);
  token.value = '';
  me.value = null;
  farewell.value = why;
}
