/**
 * Where in the console we are: the part of the address behind `#`, which no server sees. What somebody typed into a search
 * field is never part of it: addresses are kept in histories, and names have no place there.
 */
import { computed, signal } from '@preact/signals';

export const SCREENS = ['appointments', 'coming', 'history', 'attention', 'health', 'suppressions', 'audit', 'reminders'] as const;
export type ScreenName = (typeof SCREENS)[number];

export interface Route {
  readonly screen: ScreenName | 'missing';
  /** An appointment or a reminder; `new` for one that is not there yet. */
  readonly id: string | undefined;
  /** A part of it: `person` is everything of the same person. */
  readonly part: string | undefined;
  readonly query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const [screen = '', id, part] = path.split('/').filter(Boolean);
  const known = screen === '' ? 'appointments' : SCREENS.find((name) => name === screen);
  return { screen: known ?? 'missing', id, part, query: new URLSearchParams(search) };
}

export function href(path: string, query: Record<string, string | undefined> = {}): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(set).toString();
  return `#/${path}${search ? `?${search}` : ''}`;
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const route = computed(() => parse(hash.value));

export function go(to: string): void {
  location.hash = to;
}

/** Puts filters into the address without a new entry in the history of the browser. */
export function refine(query: Record<string, string | undefined>): void {
  const { screen, id, part } = route.peek();
  const to = href([screen, id, part].filter(Boolean).join('/'), query);
  history.replaceState(null, '', to);
  hash.value = to;
}
