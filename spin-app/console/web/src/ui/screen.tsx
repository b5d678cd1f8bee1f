/** The frame of every screen: its title, which takes the focus when one comes here, and what can be done on it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The first screen of a visit leaves the focus where the browser has it. */
let arrived = false;

export function Screen(props: {
  title: string;
  lead?: ComponentChildren;
  back?: { href: string; words: string } | undefined;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (arrived) {
      heading.current?.focus();
      scrollTo(0, 0);
    }
    arrived = true;
  }, []);
  useEffect(() => {
    document.title = `${props.title} · Punctual`;
  }, [props.title]);
  return (
    <>
      {props.back && <a class="back" href={props.back.href}>‹ {props.back.words}</a>}
      <div class="screen-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{props.title}</h1>
          {props.lead && <p class="lead">{props.lead}</p>}
        </div>
        {props.actions && <div class="screen-actions">{props.actions}</div>}
      </div>
      {props.children}
    </>
  );
}

/** Whoever signs in comes from a form, so that the first screen takes the focus then. */
export function expectFocus(): void {
  arrived = true;
}
