/** Reading from the server, with every state that a reader may see: nothing yet, there, refused, older than wished. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../api/client.ts';
import type { Page } from '../api/types.ts';

export interface Loaded<T> {
  /** What was read last; undefined before that. It stays while it is read again, and when that fails. */
  readonly value: T | undefined;
  readonly refusal: Refusal | undefined;
  readonly busy: boolean;
  readonly reload: () => Promise<void>;
}

/** Reads when `key` changes. An answer to an older question is dropped. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, set] = useState<{ key: string; value?: T; refusal?: Refusal; busy: boolean }>({ key, busy: true });
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(async () => {
    running.current?.abort();
    const mine = (running.current = new AbortController());
    set((old) => (old.key === key ? { ...old, busy: true } : { key, busy: true }));
    try {
      const value = await latest.current(mine.signal);
      if (!mine.signal.aborted) set({ key, value, busy: false });
    } catch (error) {
      if (mine.signal.aborted) return;
      const refusal = asRefusal(error);
      set((old) => (old.value === undefined || old.key !== key ? { key, refusal, busy: false } : { ...old, refusal, busy: false }));
    }
  }, [key]);

  useEffect(() => {
    void reload();
    return () => running.current?.abort();
  }, [reload]);

  const fresh = state.key === key;
  return { value: fresh ? state.value : undefined, refusal: fresh ? state.refusal : undefined, busy: fresh ? state.busy : true, reload };
}

export interface Rows<T> extends Loaded<readonly T[]> {
  /** Whether the server has more. */
  readonly more: boolean;
  readonly loadMore: () => Promise<void>;
}

/** Rows of one request. Few, since most look no further than the first; the server has them all. */
const PAGE = 50;
/** The most that one request may ask for. */
const LIMIT_MAX = 5_000;

/** Reads a list page by page; to read it again is to read as many rows as are there. */
export function usePages<T>(key: string, page: (query: { limit: number; after?: string }, signal: AbortSignal) => Promise<Page<T>>): Rows<T> {
  const count = useRef({ key, rows: PAGE });
  if (count.current.key !== key) count.current = { key, rows: PAGE };
  const [further, setFurther] = useState<{ base: Page<T>; items: T[]; next: string | null }>();
  const [adding, setAdding] = useState<{ busy: boolean; refusal?: Refusal }>({ busy: false });

  const first = useLoad(key, async (signal) => page({ limit: Math.min(count.current.rows, LIMIT_MAX) }, signal));
  const base = first.value;
  const added = further && further.base === base ? further : undefined;
  const next = added ? added.next : (base?.next ?? null);
  const items = base && (added ? [...base.items, ...added.items] : base.items);

  const loadMore = useCallback(async () => {
    if (!base || !next) return;
    setAdding({ busy: true });
    try {
      // Each press doubles what is there, so that whoever wants far gets there soon.
      const limit = Math.min(Math.max(PAGE, count.current.rows), 500);
      const answer = await page({ limit, after: next }, new AbortController().signal);
      const all = [...(added?.items ?? []), ...answer.items];
      count.current.rows = base.items.length + all.length;
      setFurther({ base, items: all, next: answer.next });
      setAdding({ busy: false });
    } catch (error) {
      setAdding({ busy: false, refusal: asRefusal(error) });
    }
  }, [base, added, next, key]);

  return {
    value: items,
    refusal: adding.refusal ?? first.refusal,
    busy: first.busy || adding.busy,
    reload: first.reload,
    more: next !== null,
    loadMore,
  };
}

/** Does something again and again while the page is looked at and nobody is in the middle of something. */
export function useEvery(milliseconds: number, wanted: boolean, task: () => Promise<void>): void {
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => {
    if (!wanted) return;
    let timer = 0;
    let ended = false;
    const again = (pause: number) => {
      timer = window.setTimeout(async () => {
        const began = performance.now();
        if (!document.hidden && !document.querySelector('dialog[open]')) await latest.current();
        // A large clinic takes longer to read: then the pauses grow too.
        if (!ended) again(Math.max(milliseconds, 5 * (performance.now() - began)));
      }, pause);
    };
    again(milliseconds);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [wanted, milliseconds]);
}
