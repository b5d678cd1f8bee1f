/**
 * The plan of what is being typed. The core in this browser answers each keystroke; when typing pauses, the server is asked too,
 * for it alone knows who said stop and what else the person gets that day. Without a core in the browser the server is all there is.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../api/client.ts';
import * as api from '../api/calls.ts';
import type { AppointmentDraft, Planned } from '../api/types.ts';
import { now } from '../app/clock.ts';
import { me } from '../app/session.ts';
import type { Answer, Question } from './messages.ts';

/** After the last keystroke. */
const PAUSE_MS = 350;
/** So long the first answer of the core is waited for: it may still be on its way to this browser. */
const CORE_PATIENCE_MS = 3_000;

export interface Preview {
  readonly reminders: readonly Planned[] | undefined;
  readonly problems: ReadonlyMap<string, string>;
  /** Who said so: the core in this browser, or the server, which knows more. */
  readonly by: 'browser' | 'server' | undefined;
  readonly refusal: Refusal | undefined;
  /** Whether it is of what is typed now, not of a keystroke earlier. */
  readonly fresh: boolean;
}

interface Shown extends Omit<Preview, 'fresh'> {
  /** The draft that it is of. */
  readonly of: string | undefined;
}

const NOTHING: Shown = { reminders: undefined, problems: new Map(), by: undefined, refusal: undefined, of: undefined };

/** `draft` undefined: there is not enough to plan with yet. `complete`: the server may be asked as well. */
export function usePreview(draft: AppointmentDraft | undefined, complete: boolean): Preview {
  const [shown, show] = useState<Shown>(NOTHING);
  const worker = useCoreWorker();
  const text = draft && JSON.stringify(draft);

  useEffect(() => {
    if (!text) {
      show(NOTHING);
      return;
    }
    const current = JSON.parse(text) as AppointmentDraft;
    const ended = new AbortController();
    let inBrowser = false;
    let isWrong = false;
    let byServer = false;
    const core = worker(current).then((answer) => {
      if (ended.signal.aborted || byServer || answer.kind === 'unavailable') return;
      inBrowser = true;
      isWrong = answer.kind === 'problems';
      show(answer.kind === 'plan'
        ? { ...NOTHING, reminders: answer.reminders, by: 'browser', of: text }
        : { ...NOTHING, problems: answer.problems, by: 'browser', of: text });
    });
    const timer = setTimeout(async () => {
      await Promise.race([core, new Promise((resolve) => setTimeout(resolve, CORE_PATIENCE_MS))]);
      // The server would refuse what the core does, with the same words.
      if (ended.signal.aborted || isWrong || (inBrowser && !complete)) return;
      try {
        const { reminders } = await api.appointments.preview(current, ended.signal);
        byServer = true;
        show({ ...NOTHING, reminders, by: 'server', of: text });
      } catch (error) {
        if (ended.signal.aborted) return;
        const refusal = asRefusal(error);
        if (refusal.problems.size > 0) show({ ...NOTHING, problems: refusal.problems, by: 'server', of: text });
        else if (!inBrowser) show({ ...NOTHING, refusal, of: text });
      }
    }, PAUSE_MS);
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [text, complete]);
  return { ...shown, fresh: shown.of === text };
}

/** One worker for as long as the form is there. */
function useCoreWorker(): (draft: AppointmentDraft) => Promise<Answer> {
  const state = useRef<ReturnType<typeof startWorker> | undefined>(undefined);
  useEffect(() => () => state.current?.worker.terminate(), []);
  return (draft) => {
    state.current ??= startWorker();
    const { worker, waiting } = state.current;
    const id = (state.current.count += 1);
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      const policy = me.peek()?.reminder_policy;
      if (policy === undefined) {
        resolve({ id, kind: 'unavailable' });
        return;
      }
      worker.postMessage({ id, draft, policy, now: now.peek() } satisfies Question);
    });
  };
}

function startWorker() {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (answer: Answer) => void>();
  worker.addEventListener('message', (event: MessageEvent<Answer>) => {
    waiting.get(event.data.id)?.(event.data);
    waiting.delete(event.data.id);
  });
  // A worker that cannot start answers nothing more.
  worker.addEventListener('error', () => {
    for (const [id, resolve] of waiting) resolve({ id, kind: 'unavailable' });
    waiting.clear();
  });
  return { worker, waiting, count: 0 };
}
