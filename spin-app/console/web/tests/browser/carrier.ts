/**
 * Who takes the texts: as much of Twilio's API as a console needs to have something to show. What happens to a text follows from
 * the last digits of the number that it is for.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The carrier refuses the number for good. */
export const REFUSED = '+12025550191';
/** The person answered STOP once. */
export const STOPPED = '+12025550192';
/** The answer is lost, and asking does not help. */
export const LOST = '+12025550193';

const REFUSALS: Readonly<Record<string, number>> = { [REFUSED]: 30_007, [STOPPED]: 21_610 };

export class Carrier {
  readonly #server: Server;
  /** Numbers that texts were taken for, in order. */
  readonly taken: string[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      let text = '';
      request.on('data', (part: Buffer) => { text += part.toString(); });
      request.on('end', () => {
        if (request.method === 'GET') {
          answer(500, { code: 20_500, message: 'Internal server error' });
          return;
        }
        const form = new URLSearchParams(text);
        const to = form.get('To') ?? '';
        const code = REFUSALS[to];
        if (to === LOST) request.socket.destroy();
        else if (code) answer(400, { code, message: 'refused', status: 400 });
        else {
          this.taken.push(to);
          const sid = `SM${this.taken.length.toString(16).padStart(32, '0')}`;
          answer(201, { sid, status: 'queued', to, from: form.get('From'), body: form.get('Body'), date_created: new Date().toUTCString() });
        }
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
