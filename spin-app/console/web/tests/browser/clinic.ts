/** Punctual itself, as `cargo xtask up` runs it, on free ports and under a clock that stands still until it is stepped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where pictures and the log are kept. */
export const ARTEFACTS = process.env['PUNCTUAL_SCREENSHOTS'] ?? 'out/screenshots';

export const OPERATOR = 'operator-token-for-tests';
export const STAFF = 'staff-token-for-tests';
const KEY = 'timer-key-for-tests';
/** Where links in reminders lead. Nothing listens there. */
const PUBLIC_URL = 'https://console.example.com';
const WEBHOOK_KEY = 'webhook-key-for-tests';
/** Before anything else is written. */
const WRITTEN = '2026-11-01T08:00:00Z';

// It compiles the components first, which takes a machine that is busy its time.
const READY_WITHIN_MS = 240_000;

export interface Booking {
  readonly customer_name: string;
  readonly service: string;
  readonly start_at: string;
  readonly end_at?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly time_zone?: string;
  readonly resource?: string;
  readonly locale?: string;
}

export class Clinic {
  readonly url: string;
  readonly data: string;
  readonly #control: string;
  readonly #child: ChildProcess;

  private constructor(url: string, control: string, data: string, child: ChildProcess) {
    this.url = url;
    this.data = data;
    this.#control = control;
    this.#child = child;
  }

  /** `carrier` is where texts are sent; emails end in the local outbox. */
  static async open(now: string, carrier: string): Promise<Clinic> {
    const program = process.env['PUNCTUAL_UP'];
    if (!program) throw new Error('PUNCTUAL_UP must name the program punctual-up');
    const data = mkdtempSync(join(tmpdir(), 'punctual-console-'));
    const child = spawn(program, [
      '--no-build', '--no-timers', '--speed', '0', '--start-at', now, '--listen', '127.0.0.1:0', '--control', '127.0.0.1:0', '--data', data,
    ], { env: { ...process.env, ...variables(carrier) }, stdio: ['ignore', 'pipe', log()] });
    const places = await ready(child).catch((error: unknown) => {
      child.kill();
      throw error;
    });
    return new Clinic(places.url, places.control, data, child);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.data, { recursive: true, force: true });
  }

  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${OPERATOR}`, 'x-punctual-key': KEY, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  book(booking: Booking): Promise<{ id: string; version: number }> {
    return this.api('POST', '/api/appointments', booking);
  }

  /** An appointment that comes from Dataverse, where staff may write what the API would refuse. */
  async hear(id: string, booking: Booking): Promise<void> {
    const date = (time: string) => `/Date(${Date.parse(time)})/`;
    const attributes: Record<string, string | undefined> = {
      punctual_customername: booking.customer_name, punctual_service: booking.service, punctual_phone: booking.phone,
      punctual_email: booking.email, punctual_start: date(booking.start_at), punctual_timezone: booking.time_zone, modifiedon: date(WRITTEN),
    };
    const list = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) => ({ key, value }));
    const target = { __type: 'Entity:http://schemas.microsoft.com/xrm/2011/Contracts', LogicalName: 'punctual_appointment', Id: id, Attributes: list };
    const response = await fetch(`${this.url}/webhooks/dataverse`, {
      method: 'POST',
      headers: { 'x-punctual-key': WEBHOOK_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ MessageName: 'Create', PrimaryEntityName: 'punctual_appointment', PrimaryEntityId: id, InputParameters: [{ key: 'Target', value: target }] }),
    });
    if (!response.ok) throw new Error(`the webhook answered ${response.status}: ${await response.text()}`);
  }

  async reminders(query: string): Promise<{ id: string; channel: string; step: string; status: string; reason: string | null; due_at: string; appointment_id: string }[]> {
    return (await this.api<{ items: [] }>('GET', `/api/notifications?${query}`)).items;
  }

  /** Sends an appointment's first email now, and gives the link in it that says this: where it leads on this machine. */
  async link(appointment: string, wish: 'confirm' | 'cancel'): Promise<string> {
    const [reminder] = await this.reminders(`appointment=${appointment}&channel=email`);
    await this.api('POST', `/api/notifications/${reminder?.id}/send-now`);
    await this.deliver();
    const { items } = await this.api<{ items: { appointment_id: string; text: string }[] }>('GET', '/api/outbox?limit=5000');
    const text = items.find(({ appointment_id }) => appointment_id === appointment)?.text ?? '';
    const [link] = new RegExp(`${PUBLIC_URL}/answer/${wish}\\?token=\\S+`).exec(text) ?? [];
    if (!link) throw new Error(`no link to ${wish} in the email`);
    return link.replace(PUBLIC_URL, this.url);
  }

  async setNow(now: string): Promise<void> {
    const response = await fetch(`${this.#control}/clock`, { method: 'POST', body: JSON.stringify({ now }) });
    if (!response.ok) throw new Error(`the clock answered ${response.status}`);
  }

  /** Sets the clock, then sends what is due. */
  async passTo(now: string): Promise<void> {
    await this.setNow(now);
    await this.deliver();
  }

  async deliver(): Promise<void> {
    await this.api('POST', '/deliver?wait=0&max=1000');
  }
}

/** What it says of its work is kept beside the pictures. */
function log(): number {
  mkdirSync(ARTEFACTS, { recursive: true });
  return openSync(join(ARTEFACTS, 'punctual-up.log'), 'w');
}

function variables(carrier: string): Record<string, string> {
  const set: Record<string, string> = {
    webhook_key: WEBHOOK_KEY,
    timer_key: KEY,
    admin_token: OPERATOR,
    staff_token: STAFF,
    clinic_name: 'Lakeside Family Clinic',
    reminder_policy: JSON.stringify({ default_time_zone: 'Europe/Berlin' }),
    sms_sender: 'twilio',
    twilio_endpoint: carrier,
    twilio_account: 'AC00000000000000000000000000000000',
    twilio_auth_token: 'not-a-secret',
    twilio_from: '+12025550100',
    public_url: PUBLIC_URL,
    link_key: 'a link key for tests',
    answer_links: 'confirm, cancel',
  };
  return Object.fromEntries(Object.entries(set).map(([name, value]) => [`SPIN_VARIABLE_${name.toUpperCase()}`, value]));
}

/** Reads where it listens from what it says. */
async function ready(child: ChildProcess): Promise<{ url: string; control: string }> {
  if (!child.stdout) throw new Error('its output is piped');
  const timer = setTimeout(() => child.kill(), READY_WITHIN_MS);
  let url = '';
  let control = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /^Punctual is ready: (\S+)/.exec(line)?.[1] ?? '';
    control ||= /^\s*clock\s+(\S+)\/clock/.exec(line)?.[1] ?? '';
    if (url && control) {
      clearTimeout(timer);
      child.stdout.resume();
      return { url, control };
    }
  }
  clearTimeout(timer);
  throw new Error('punctual-up ended before it was ready');
}
