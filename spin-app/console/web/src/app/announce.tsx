/** What an action led to, said once: shown for a while, and read aloud by screen readers. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Long enough to be read twice. Whoever needs longer finds the outcome in the list itself. */
const SHOWN_MS = 8_000;

const said = signal<{ text: string; count: number }>({ text: '', count: 0 });

export function announce(text: string): void {
  said.value = { text, count: said.peek().count + 1 };
}

export function Announcements() {
  const { text, count } = said.value;
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => announce(''), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [count]);
  return (
    <div class="announcements" role="status" aria-live="polite">
      {text && <p class="toast" key={count}>{text}</p>}
    </div>
  );
}
