/** Requests to the API of this very origin, with the token of this tab; and what is told where one is refused. */
import { token, signOut } from '../app/session.ts';
import type { Conflict, Problem } from './types.ts';

/** A request that was not done: the server's own words, and what to do about it. */
export class Refusal extends Error {
  readonly status: number;
  /** By field, where a form can show it beside the field. */
  readonly problems: ReadonlyMap<string, string>;
  readonly conflict: Conflict | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(sentence(problem.detail ?? problem.title ?? `The server answered with status ${status}`));
    this.status = status;
    this.problems = new Map(problem.problems?.map(({ field, detail }) => [field, detail]));
    if (problem.field && problem.detail && this.problems.size === 0) {
      this.problems = new Map([[problem.field, problem.detail]]);
    }
    this.conflict = problem.conflict;
  }

  /** What whoever reads this may do. */
  get remedy(): string {
    if (this.status === 0) return 'Check the connection, then try again.';
    if (this.status === 403) return 'Ask an operator, or sign in with an operator token.';
    if (this.status === 404) return 'It may have been removed meanwhile. Go back and look again.';
    if (this.status === 409) return 'Look at it again, then decide.';
    if (this.status >= 500) return 'This may pass: try again in a moment. If it stays, tell whoever runs Punctual.';
    return 'Correct it, then try again.';
  }
}

/** Whatever went wrong, as a refusal. */
export function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(500, { detail: 'Something went wrong in this page itself.' });
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A path with its query; members without a value are left out. */
export function path(base: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : value?.toString();
    if (text) parameters.set(name, text);
  }
  const text = parameters.toString();
  return text ? `${base}?${text}` : base;
}

export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await request('GET', url, undefined, signal)).json() as Promise<T>;
}

/** Sends a change. An answer without a body is undefined. */
export async function send<T>(method: 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(method, url, body, signal);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Fetches a file with the token and hands it to the browser to keep. The token never gets into an address. */
export async function download(url: string, name: string): Promise<void> {
  const file = await (await request('GET', url)).blob();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function request(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token.value}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, { detail: 'The server does not answer.' });
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const refusal = new Refusal(response.status, problem);
  if (response.status === 401) signOut(`The token was not accepted: ${refusal.message}`);
  throw refusal;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
