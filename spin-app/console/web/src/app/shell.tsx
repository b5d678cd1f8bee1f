/** What is around every screen: the way between them, whose clinic it is, who is signed in, and how it looks. */
import { useEffect, useState } from 'preact/hooks';
import { Icon, type IconName } from '../ui/icon.tsx';
import { plain } from '../words/reasons.ts';
import { VIEWER_ZONE, momentWords } from '../words/times.ts';
import { Announcements } from './announce.tsx';
import { now } from './clock.ts';
import { live } from './live.ts';
import { Mark } from './mark.tsx';
import { href, route, type ScreenName } from './route.ts';
import { Current } from './screens.tsx';
import { may, me, signOut } from './session.ts';
import { THEMES, theme, type Theme } from './theme.ts';

const PLACES: readonly { screen: ScreenName; words: string; icon: IconName; right?: 'suppressions' | 'audit' }[] = [
  { screen: 'appointments', words: 'Appointments', icon: 'calendar' },
  { screen: 'coming', words: 'Coming', icon: 'clock' },
  { screen: 'history', words: 'History', icon: 'history' },
  { screen: 'attention', words: 'Attention', icon: 'alert' },
  { screen: 'health', words: 'Health', icon: 'pulse' },
  { screen: 'suppressions', words: 'Suppressions', icon: 'block', right: 'suppressions' },
  { screen: 'audit', words: 'Audit', icon: 'list', right: 'audit' },
];

const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function Shell() {
  const [open, setOpen] = useState(false);
  const place = route.value.screen;
  const key = `${place}/${route.value.id ?? ''}/${route.value.part ?? ''}`;
  useEffect(() => setOpen(false), [key]);
  const who = me.value;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('h1')?.focus()}>Skip to the content</button>
      <header class={open ? 'side open' : 'side'}>
        <div class="side-top">
          <Mark />
          <button type="button" class="menu quiet" aria-expanded={open} aria-controls="places" onClick={() => setOpen(!open)}><Icon name={open ? 'close' : 'menu'} />Menu</button>
        </div>
        <div class="side-body" id="places">
          <p class="clinic">{who?.clinic_name}</p>
          <nav aria-label="Screens">
            <ul>
              {PLACES.filter(({ right }) => !right || may(right)).map(({ screen, words, icon }) => (
                <li key={screen}><a href={href(screen)} aria-current={place === screen ? 'page' : undefined}><Icon name={icon} />{words}</a></li>
              ))}
            </ul>
          </nav>
          <div class="side-foot">
            <p class="soft"><Icon name="clock" /><span>It is {momentWords(new Date(now.value), VIEWER_ZONE)}</span></p>
            <label class="check"><input type="checkbox" checked={live.value} onChange={(event) => { live.value = event.currentTarget.checked; }} />Update by itself</label>
            <label class="appearance">Appearance
              <select value={theme.value} onChange={(event) => { theme.value = event.currentTarget.value as Theme; }}>
                {THEMES.map((name) => <option key={name} value={name}>{THEME_WORDS[name]}</option>)}
              </select>
            </label>
            <p class="soft"><Icon name="person" /><span>Signed in as {who ? plain(who.role).toLowerCase() : '…'}</span></p>
            <button type="button" onClick={() => signOut()}>Sign out</button>
          </div>
        </div>
      </header>
      <main id="main" key={key}><Current /></main>
      <Announcements />
    </div>
  );
}
