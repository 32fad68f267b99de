import { EntryAnswer } from "../schema/http/entry.ts";
import { EntryReports } from "../schema/http/entry-reports.ts";
import type { TestVenue } from "./venue.fixture.ts";

type Answer = EntryAnswer & { readonly body: Readonly<Record<string, unknown>> };

/** A gateway's WebSockets on a port of this machine. */
export class EntryServer implements AsyncDisposable {
  readonly host: string;
  readonly #server: ReturnType<typeof Bun.serve>;

  constructor({ gateway }: TestVenue) {
    const { fetch, websocket } = gateway;
    this.#server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch, websocket });
    this.host = `127.0.0.1:${this.#server.port}`;
  }

  connect(headers: Record<string, string> = {}): Promise<EntryClient> {
    return EntryClient.connect(this.host, headers);
  }

  /** A client that has logged in. */
  async login(token: string, fields: object = {}): Promise<EntryClient> {
    const client = await this.connect();
    const { status, body } = await client.ask("login", { token, ...fields });
    if (status !== 200) throw new Error(`No login: ${JSON.stringify(body)}`);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

/** A client of order entry. */
export class EntryClient {
  /** The code that the connection was closed with. */
  readonly closed: Promise<number>;
  /** Messages that answer no request, in order. */
  readonly others: Answer[] = [];
  readonly reports: EntryReports[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const closed = Promise.withResolvers<number>();
    this.closed = closed.promise;
    socket.onclose = ({ code }) => closed.resolve(code);
    socket.onmessage = (event) => this.#take(String(event.data));
  }

  static async connect(host: string, headers: Record<string, string>): Promise<EntryClient> {
    // Bun's clients take headers, which the types of browsers do not know.
    const options = { headers } as unknown as string[];
    const socket = new WebSocket(`ws://${host}/v1/order-entry`, options);
    const client = new EntryClient(socket);
    const opened = Promise.withResolvers<void>();
    socket.onopen = () => opened.resolve();
    socket.onerror = () => opened.reject(new Error("The handshake was refused"));
    await opened.promise;
    return client;
  }

  /** Rejects where the connection ends before the answer. */
  ask(op: string, fields: object = {}): Promise<Answer> {
    this.#asked += 1;
    const id = `q-${this.#asked}`;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer.resolve);
    this.send(JSON.stringify({ op, id, ...fields }));
    void this.closed.then((code) => answer.reject(new Error(`Closed with ${code}`)));
    return answer.promise;
  }

  send(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text);
  }

  close(code?: number): void {
    this.#socket.close(code);
  }

  /** As where its machine has died: without a word. */
  break(): void {
    (this.#socket as WebSocket & { terminate(): void }).terminate();
  }

  #take(text: string): void {
    const message = JSON.parse(text) as { readonly type: string };
    if (message.type === "reports") {
      this.reports.push(EntryReports.parse(message));
      return;
    }
    const answer = EntryAnswer.parse(message) as Answer;
    const settle = answer.id === null ? undefined : this.#waiting.get(answer.id);
    if (settle === undefined) this.others.push(answer);
    else settle(answer);
  }
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(1);
}
