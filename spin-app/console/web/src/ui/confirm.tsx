/** Asking before something is done; while it is done nobody can do it twice, and a refusal is told where it was asked. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../api/client.ts';
import { Dialog } from './dialog.tsx';
import { Failure } from './states.tsx';

export function Confirm(props: {
  title: string;
  act: string;
  keep: string;
  danger?: boolean;
  /** What is still missing or wrong. It is handed to the children once somebody tried all the same. */
  problem?: string;
  onClose: () => void;
  /** Closes the dialog itself when it is done; throws when it is refused. */
  onConfirm: () => Promise<void>;
  children: ComponentChildren | ((problem: string) => ComponentChildren);
}) {
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const form = useRef<HTMLFormElement>(null);
  async function confirm() {
    setTried(true);
    if (props.problem) {
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      return;
    }
    setBusy(true);
    setRefusal(undefined);
    try {
      await props.onConfirm();
    } catch (error) {
      setRefusal(asRefusal(error));
      setBusy(false);
    }
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form ref={form} noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void confirm(); }}>
        {typeof props.children === 'function' ? props.children(tried ? (props.problem ?? '') : '') : props.children}
        {refusal && <Failure refusal={refusal} />}
        <div class="dialog-actions">
          <button type="button" onClick={props.onClose}>{props.keep}</button>
          <button type="submit" class={props.danger ? 'danger' : 'main'} aria-disabled={busy}>{busy ? 'Working…' : props.act}</button>
        </div>
      </form>
    </Dialog>
  );
}
