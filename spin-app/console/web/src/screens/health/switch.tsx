/** The kill switch of a channel: whoever turns it says why, so that colleagues know. */
import { useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { ChannelState } from '../../api/types.ts';
import { announce } from '../../app/announce.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Field, Text } from '../../ui/field.tsx';
import { channelName } from '../../words/statuses.ts';

export function Switch({ state, onClose, onDone }: { state: ChannelState; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const name = channelName(state.channel);
  const off = state.sending;

  async function act() {
    await api.setChannel(state.channel, !off, reason.trim());
    announce(off ? `${name} is switched off.` : `${name} is sent again.`);
    onDone();
  }

  return (
    <Confirm
      title={off ? `Stop sending ${name}?` : `Send ${name} again?`}
      act={off ? `Stop ${name}` : `Send ${name}`}
      keep={off ? 'Go on sending' : 'Not now'}
      danger={off}
      problem={off && reason.trim() === '' ? 'Say why, so that colleagues know.' : ''}
      onClose={onClose}
      onConfirm={act}
    >
      {(problem) => (
        <>
          <p>{off
            ? `No reminder goes out by ${name} until somebody switches it on again. Those that fall due wait; those whose appointment begins meanwhile are not sent.`
            : 'What is held goes out at once, as far as it is still of use.'}</p>
          <Field label="Why" optional={!off} hint="Colleagues read this. No names, addresses or numbers, please." error={problem}>
            {(control) => <Text control={control} maxLength={200} autocomplete="off" value={reason} onValue={setReason} />}
          </Field>
        </>
      )}
    </Confirm>
  );
}
