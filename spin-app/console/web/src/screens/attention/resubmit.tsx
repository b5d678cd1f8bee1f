/** Giving a dead letter to the queue once more. */
import * as api from '../../api/calls.ts';
import type { DeadLetter } from '../../api/types.ts';
import { announce } from '../../app/announce.tsx';
import { Confirm } from '../../ui/confirm.tsx';

export function Resubmit({ letter, onClose, onDone }: { letter: DeadLetter; onClose: () => void; onDone: () => void }) {
  async function act() {
    await api.resubmit(letter.id);
    announce('It was given to the queue again.');
    onDone();
  }
  return (
    <Confirm title="Resubmit this message?" act="Resubmit" keep="Not now" onClose={onClose} onConfirm={act}>
      <p>{letter.description}</p>
      <p class="soft">If its cause is still there, it comes back here. A reminder that was already sent is not sent again.</p>
    </Confirm>
  );
}
