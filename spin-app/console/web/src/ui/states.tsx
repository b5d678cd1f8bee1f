/** Nothing yet, nothing at all, refused: what a reader sees in place of data. */
import type { ComponentChildren } from 'preact';
import type { Refusal } from '../api/client.ts';
import type { Told } from '../words/statuses.ts';
import { Icon } from './icon.tsx';

export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      <span class="bone" /><span class="bone" /><span class="bone" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="soft">{children}</div>}
    </div>
  );
}

/** What was refused, in the server's words, and what to do. `stale`: what is shown beside it is older. */
export function Failure({ refusal, retry, stale }: { refusal: Refusal; retry?: (() => void) | undefined; stale?: boolean }) {
  return (
    <div class="note bad" role="alert">
      <Icon name="alert" />
      <div>
        <p><strong>{refusal.message}</strong></p>
        <p>{refusal.remedy}{stale && ' What you see below is older.'}</p>
      </div>
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}

/** A state as a small label: its colour only repeats what its words say. */
export function Chip({ told }: { told: Told }) {
  return <span class={`chip ${told.tone}`}>{told.words}</span>;
}
