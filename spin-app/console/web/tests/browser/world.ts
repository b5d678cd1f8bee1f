/** What every suite of the browser tests is given. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { Window, openBrowser, type Look } from './browser.ts';
import { Carrier } from './carrier.ts';
import { Clinic, OPERATOR } from './clinic.ts';
import { BEGINS, seed, type Person } from './seed.ts';

export class World {
  readonly carrier = new Carrier();
  #clinic: Clinic | undefined;
  #browser: Browser | undefined;
  #people: Record<Person, string> | undefined;

  async open(): Promise<void> {
    this.#clinic = await Clinic.open(BEGINS, await this.carrier.open());
    this.#browser = await openBrowser();
  }

  async seed(): Promise<void> {
    this.#people = await seed(this.clinic);
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#clinic?.close();
    this.carrier.close();
  }

  get clinic(): Clinic {
    if (!this.#clinic) throw new Error('the clinic is not open');
    return this.#clinic;
  }

  /** The appointments of the seeded people, by their ids. */
  get people(): Record<Person, string> {
    if (!this.#people) throw new Error('nobody was booked yet');
    return this.#people;
  }

  /** A window that shows nothing yet. */
  blank(look: Look = 'light', options: BrowserContextOptions = {}): Promise<Window> {
    if (!this.#browser) throw new Error('the browser is not open');
    return Window.open(this.#browser, this.clinic.url, look, options);
  }

  /** Does something in a window where somebody is signed in, and looks whether the browser complained. */
  async as(token: string, task: (window: Window) => Promise<void>, look: Look = 'light', options: BrowserContextOptions = {}): Promise<void> {
    const window = await this.blank(look, options);
    try {
      await window.signIn(token);
      await task(window);
    } catch (error) {
      await window.picture('failed').catch(() => undefined);
      await window.close().catch(() => undefined);
      throw error;
    }
    await window.close();
  }

  operator(task: (window: Window) => Promise<void>, look: Look = 'light', options: BrowserContextOptions = {}): Promise<void> {
    return this.as(OPERATOR, task, look, options);
  }
}
