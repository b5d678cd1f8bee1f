/** The clock of Punctual: it may run faster than this browser's or stand still, and nobody's clock is quite right. */
import { computed } from '@preact/signals';
import * as api from '../api/calls.ts';
import { me } from './session.ts';

/** The time as the server told it last, in milliseconds. It is not guessed further, so that a stopped clock stands still. */
export const now = computed(() => (me.value ? Date.parse(me.value.now) : Date.now()));

/** Asks the server for its time, and on that occasion who we are. */
export async function refreshClock(signal?: AbortSignal): Promise<void> {
  me.value = await api.me(signal);
}
