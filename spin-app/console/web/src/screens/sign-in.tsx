/** The door: a token, which the API is asked about before anything else is shown. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../api/client.ts';
import * as api from '../api/calls.ts';
import { farewell, signIn, token } from '../app/session.ts';
import { Mark } from '../app/mark.tsx';
import { Field } from '../ui/field.tsx';
import { Failure } from '../ui/states.tsx';
import { expectFocus } from '../ui/screen.tsx';

export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Punctual';
    input.current?.focus();
  }, []);

  async function enter() {
    const secret = input.current?.value.trim() ?? '';
    setMissing(!secret);
    if (!secret) {
      input.current?.focus();
      return;
    }
    setBusy(true);
    setRefusal(undefined);
    try {
      token.value = secret;
      const who = await api.me();
      expectFocus();
      signIn(secret, who);
    } catch (error) {
      const why = asRefusal(error);
      token.value = '';
      setBusy(false);
      setRefusal(why.status === 401 ? undefined : why);
      if (input.current) {
        input.current.value = '';
        input.current.focus();
      }
    }
  }

  return (
    <main class="door" id="main">
      <div class="card">
        <Mark />
        <h1>Sign in</h1>
        <p class="soft">Appointments, reminders, and what became of them.</p>
        {farewell.value && !busy && <div class="note bad" role="alert"><p>{farewell.value}</p></div>}
        {refusal && <Failure refusal={refusal} />}
        <form noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void enter(); }}>
          <Field label="Token" error={missing ? 'Write the token that you were given.' : undefined}
            hint={<>The value of <code>admin_token</code> for operators, of <code>staff_token</code> for staff. It is kept in this tab and forgotten when you close it.</>}>
            {(control) => <input {...control} ref={input} type="password" autocomplete="off" autocapitalize="off" spellcheck={false} />}
          </Field>
          <button type="submit" class="main full" aria-disabled={busy}>{busy ? 'Asking…' : 'Sign in'}</button>
        </form>
      </div>
    </main>
  );
}
