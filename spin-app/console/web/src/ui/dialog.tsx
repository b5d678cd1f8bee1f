/**
 * A modal dialog, by the browser's own means: it keeps the focus inside, closes with Escape, and gives the focus back to where it
 * was. Its title takes the focus, so that a screen reader begins with what is asked.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export function Dialog(props: { title: string; wide?: boolean; onClose: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const title = useId();
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    heading.current?.focus();
    return () => {
      dialog?.close();
      // What opened it may be gone, with the row that it stood in: then the screen's title is the next best place.
      const there = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
      (there ? opener : document.querySelector<HTMLElement>('h1'))?.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={props.wide ? 'wide' : ''}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={title} ref={heading} tabIndex={-1}>{props.title}</h2>
        <button type="button" class="quiet icon-only" aria-label="Close" onClick={props.onClose}><Icon name="close" /></button>
      </div>
      {props.children}
    </dialog>
  );
}
