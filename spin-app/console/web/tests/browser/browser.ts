/**
 * A real browser, and what it is watched for all the time: no request may leave the origin, nothing may break the content security
 * policy, and no script may fail.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { ARTEFACTS } from './clinic.ts';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync',
];

export const LOOKS = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light', hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>;

export type Look = keyof typeof LOOKS;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** With a profile of its own that ends with it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['PUNCTUAL_BROWSER'] ?? '/usr/bin/chromium', args: FLAGS });
}

/** A window of its own, with nothing remembered from any other. */
export class Window {
  readonly page: Page;
  readonly look: Look;
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #complaints: string[] = [];
  readonly #requests: string[] = [];
  readonly #followed: string[] = [];
  /** Complaints that a test brings about on purpose. */
  readonly #expected: RegExp[] = [];

  private constructor(context: BrowserContext, page: Page, origin: string, look: Look) {
    this.#context = context;
    this.#origin = origin;
    this.page = page;
    this.look = look;
    context.on('request', (request) => this.#requests.push(request.url()));
    page.on('pageerror', (error) => this.#complaints.push(`script error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(`${message.type()}: ${message.text()}`);
    });
  }

  static async open(browser: Browser, origin: string, look: Look = 'light', options: BrowserContextOptions = {}): Promise<Window> {
    const context = await browser.newContext({
      timezoneId: 'Europe/Berlin', locale: 'en-GB', reducedMotion: 'reduce', acceptDownloads: true, ...LOOKS[look], ...options,
    });
    context.setDefaultTimeout(15_000);
    return new Window(context, await context.newPage(), origin, look);
  }

  /** A link in a message has its token in its address; nothing else has. */
  async follow(link: string): Promise<void> {
    this.#followed.push(link);
    await this.page.goto(link);
  }

  expect(complaint: RegExp): void {
    this.#expected.push(complaint);
  }

  /** Closes it, and fails for anything that it was watched for. */
  async close(): Promise<void> {
    await this.#context.close();
    const elsewhere = this.#requests.filter((url) => !url.startsWith(`${this.#origin}/`) && !/^(blob|data|about):/.test(url));
    assert.deepEqual(elsewhere, [], 'requests left the origin');
    const others = this.#requests.filter((url) => !this.#followed.includes(url));
    assert.ok(others.every((url) => !/token/i.test(new URL(url).search)), 'a token was part of an address');
    const complaints = this.#complaints.filter((complaint) => !this.#expected.some((expected) => expected.test(complaint)));
    assert.deepEqual(complaints, [], 'the browser complained');
  }

  get requests(): readonly string[] {
    return this.#requests;
  }

  async signIn(token: string): Promise<void> {
    await this.page.goto(`${this.#origin}/`);
    await this.page.getByLabel('Token').fill(token);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('heading', { level: 1, name: 'Appointments' }).waitFor();
  }

  /** Goes to a screen by its address and waits until it has what it shows. */
  async go(path: string): Promise<void> {
    await this.page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
    await this.settled();
  }

  /** Until nothing is being loaded. */
  async settled(): Promise<void> {
    await this.page.locator('.loading').waitFor({ state: 'detached' });
  }

  /** Keeps a picture, by the look that it has: of what is in sight, or of all. */
  async picture(name: string, fullPage = false): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    await this.page.screenshot({ path: join(ARTEFACTS, `${name}-${this.look}.png`), fullPage });
  }

  /** No violation of WCAG 2.2 A or AA that a machine can find, and nothing wider than the window. */
  async accessible(where: string): Promise<void> {
    await this.#loadAxe();
    const found = await this.page.evaluate(async () => {
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const { violations } = await (window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe.run({ runOnly: tags });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`);
      interface Violation { id: string; help: string; nodes: { html: string }[] }
    });
    assert.deepEqual(found, [], `${where} (${this.look})`);
    const tooWide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(tooWide <= 0, `${where} (${this.look}) is ${tooWide} pixels too wide`);
  }

  /** Through the debugging protocol, since the page's own policy lets nothing foreign in, as it should. */
  async #loadAxe(): Promise<void> {
    if (await this.page.evaluate(() => 'axe' in window)) return;
    const session = await this.#context.newCDPSession(this.page);
    await session.send('Runtime.evaluate', { expression: axe });
    await session.detach();
  }
}
