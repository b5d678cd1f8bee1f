/** The message as the person sees it. An email stands in a frame that runs no script and fetches nothing. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../api/types.ts';
import { mailDocument } from './mail.ts';

export function MessageView({ message, over }: { message: Message | null; over: boolean }) {
  const [asText, setAsText] = useState(false);
  if (!message) {
    return <section class="card message" aria-labelledby="message-title"><h2 id="message-title">Message</h2><p class="soft">It cannot be shown: the appointment or its start is gone.</p></section>;
  }
  const html = message.html;
  return (
    <section class="card message" aria-labelledby="message-title">
      <h2 id="message-title">Message</h2>
      <p class="soft">{message.as === 'sent' ? 'Word for word as it was sent.' : `${over ? 'Written anew from the appointment as it is now; it may differ from what was sent.' : 'As it would be written now.'} Links are left out.`}</p>
      {message.subject && <p><span class="soft">Subject</span> <strong>{message.subject}</strong></p>}
      {html && (
        <div class="facet" role="group" aria-label="Show the message as">
          <button type="button" aria-pressed={!asText} onClick={() => setAsText(false)}>Email</button>
          <button type="button" aria-pressed={asText} onClick={() => setAsText(true)}>Plain text</button>
        </div>
      )}
      {html && !asText ? <Mail html={html} /> : <pre class={message.kind === 'sms' ? 'bubble' : 'plain'}>{message.text}</pre>}
      {message.segments !== null && message.kind === 'sms' && <p class="soft">{message.text.length} characters, {message.segments} segment{message.segments === 1 ? '' : 's'} on the bill.</p>}
    </section>
  );
}

/** Its height follows what is in it, so that nothing scrolls in something that scrolls. */
function Mail({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const inside = frame.current?.contentDocument;
    if (!frame.current || !inside) return;
    inside.replaceChild(inside.adoptNode(mailDocument(html)), inside.documentElement);
    frame.current.height = String(inside.documentElement.scrollHeight + 8);
  }, [html]);
  // Same origin only so that we may fill it; without allow-scripts nothing in it can run, and the policy of this page holds there too.
  return <iframe ref={frame} title="The email as the person sees it" sandbox="allow-same-origin" class="mail" />;
}
