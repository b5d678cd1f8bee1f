/** A labelled control with its hint and what is wrong with it, tied together for whoever does not see the page. */
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

type Control = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean | undefined };

export function Field(props: {
  label: string;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  optional?: boolean;
  class?: string;
  children: (control: Control) => ComponentChildren;
}) {
  const id = useId();
  const hint = props.hint ? `${id}-hint` : '';
  const error = props.error ? `${id}-error` : '';
  const control = {
    id,
    'aria-describedby': [error, hint].filter(Boolean).join(' ') || undefined,
    'aria-invalid': props.error ? true : undefined,
  };
  return (
    <div class={`field ${props.class ?? ''}`}>
      <label for={id}>{props.label}{props.optional && <span class="soft"> (optional)</span>}</label>
      {props.children(control)}
      {props.error && <p class="field-error" id={error}>{props.error}</p>}
      {props.hint && <p class="hint" id={hint}>{props.hint}</p>}
    </div>
  );
}

/** A one-line text. */
export function Text({ control, onValue, type = 'text', ...rest }: {
  control: Control;
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'search' | 'email' | 'tel' | 'date' | 'time';
  /** The id of a datalist to choose from while typing. */
  list?: string;
  autocomplete?: 'off';
  placeholder?: string;
  maxLength?: number;
  required?: boolean;
  spellcheck?: boolean;
  onBlur?: () => void;
}) {
  const input = { ...rest, ...control, type } as JSX.IntrinsicElements['input'];
  return <input {...input} onInput={(event) => onValue(event.currentTarget.value)} />;
}

export interface Choice {
  readonly value: string;
  readonly words: string;
}

export function Select(props: { control: Control; value: string; choices: readonly Choice[]; onValue: (value: string) => void }) {
  return (
    <select {...props.control} value={props.value} onChange={(event) => props.onValue(event.currentTarget.value)}>
      {props.choices.map(({ value, words }) => <option key={value} value={value}>{words}</option>)}
    </select>
  );
}
