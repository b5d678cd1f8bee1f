/** What page and worker say to each other. */
import type { AppointmentDraft, Planned } from '../api/types.ts';

export interface Question {
  readonly id: number;
  readonly draft: AppointmentDraft;
  /** The reminder policy as JSON; empty is the default one. */
  readonly policy: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Plan =
  | { readonly kind: 'plan'; readonly reminders: readonly Planned[] }
  | { readonly kind: 'problems'; readonly problems: ReadonlyMap<string, string> };

export type Answer = { readonly id: number } & (Plan | { readonly kind: 'unavailable' });
