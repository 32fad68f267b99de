import { EntryMessage } from "../schema/http/entry.ts";
import type { EntryLogin, EntryRequest, EntryStanding } from "../schema/http/entry.ts";
import type { EntrySubscribe } from "../schema/http/entry-reports.ts";
import { parseBody } from "./body.ts";
import { ConnectionReader } from "./connection-reader.ts";
import { ConnectionTimer } from "./connection-timer.ts";
import type { Edge } from "./edge.ts";
import { answerText, httpRequestOf, problemText } from "./entry-requests.ts";
import { ApiProblem } from "./problems.ts";
import { Close } from "./sockets.ts";
import type { ClientSocket, SocketSide } from "./sockets.ts";
import { Turns } from "./turns.ts";

export interface EntryConnectionOptions {
  readonly edge: Edge;
  /** The routes' answer to a request that came over the connection of this timer, 0 where it has none. */
  ask(request: Request, connectionID: number): Promise<Response>;
  onOpen(connection: EntryConnection): void;
  /** The connection is this account's from here on. Throws ApiProblem where it has too many. */
  onLogin(accountID: number): void;
  /** `accountID` is null where nobody has logged in. */
  onClose(connection: EntryConnection, accountID: number | null): void;
}

/** Who the client has turned out to be. */
interface Session {
  readonly accountID: number;
  readonly token: string;
  /** Null where it has not asked for one. */
  readonly timer: ConnectionTimer | null;
}

export const loginWithinMs = 3_000;
export const pendingCountMax = 256;
const reportBytesQueuedMax = 1024 * 1024;

/**
 * One client's connection for order entry (schema/http/entry.ts). It does nothing of its own with a request but ask the routes of HTTP, so that
 * both ways are one.
 */
export class EntryConnection implements SocketSide {
  readonly #options: EntryConnectionOptions;
  readonly #turns = new Turns();
  readonly #closed = new AbortController();
  /** What is not answered yet. */
  readonly #work = new Set<Promise<void>>();
  #reader: ConnectionReader | null = null;
  #socket: ClientSocket | null = null;
  #session: Session | null = null;
  #accountID: number | null = null;
  #hasAskedIn = false;

  constructor(options: EntryConnectionOptions) {
    this.#options = options;
  }

  open(socket: ClientSocket): void {
    this.#socket = socket;
    this.#options.onOpen(this);
    void this.#awaitLogin();
  }

  message(_: ClientSocket, message: string | Buffer): void {
    if (typeof message !== "string") return this.#end(Close.Unsupported, "Messages are text");
    const session = this.#session;
    const request = this.#read(message);
    if (session === null) return this.#first(request);
    if (request === null) return;
    session.timer?.alive();
    if (this.#work.size >= pendingCountMax) return this.#refuse(request.id, tooManyPending());
    switch (request.op) {
      case "login":
        return this.#refuse(request.id, loggedIn());
      case "ping":
        return this.#start(() => this.#pong(session, request.id));
      case "subscribe":
        return this.#start(() => this.#subscribe(session, request));
      default:
        return this.#carryOut(session, request);
    }
  }

  close(_: ClientSocket, code: number): void {
    this.#closed.abort();
    this.#options.onClose(this, this.#accountID);
    this.#leaveReports();
    const timer = this.#session?.timer ?? null;
    if (timer === null || code !== Close.Normal) return;
    const turn = this.#turns.take();
    void this.#options.edge.commands.inTurn(turn, () => timer.disarm());
  }

  /** Ends the connection once it has answered what came so far. */
  async drain(): Promise<void> {
    await Promise.all(this.#work);
    this.#end(Close.GoingAway, "The venue is closing");
  }

  async #awaitLogin(): Promise<void> {
    await this.#options.edge.clock.sleep(loginWithinMs, this.#closed.signal);
    if (!this.#hasAskedIn) this.#end(Close.Unauthorized, "No login came in time");
  }

  /** Until somebody has logged in there is nothing but a login, and one try. */
  #first(request: EntryMessage | null): void {
    if (request?.op !== "login" || this.#hasAskedIn) {
      return this.#end(Close.Unauthorized, "The first message is a login, and is answered first");
    }
    this.#hasAskedIn = true;
    this.#start(() => this.#login(request));
  }

  /** Null, and answered, where it is no message of a client. */
  #read(message: string): EntryMessage | null {
    try {
      return parseBody(message, EntryMessage);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#refuse(null, error);
      this.#start(() => this.#charge());
      return null;
    }
  }

  /** What cannot be read costs too, and ends the connection where it goes on. */
  async #charge(): Promise<void> {
    const { limits } = this.#options.edge;
    if (this.#accountID === null) return;
    try {
      await limits.take("stream", `account ${this.#accountID}`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#end(Close.Policy, "Too many messages");
    }
  }

  async #login(login: EntryLogin): Promise<void> {
    const { id } = login;
    try {
      this.#session = await this.#enter(login);
      this.#send(standingText(id, this.#session));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#refuse(id, error);
      const isForbidden = error.status === 401 || error.status === 403;
      const code = isForbidden ? Close.Unauthorized : Close.TryAgainLater;
      this.#end(code, `The login was refused: ${error.code}`);
    }
  }

  async #enter({ token, cancelOnDisconnect }: EntryLogin): Promise<Session> {
    const { edge, onLogin } = this.#options;
    const { accountID } = await edge.auth.require(bearerOf(token), "trade");
    if (accountID === 0) throw new ApiProblem("InsufficientScope", "The operator has no orders");
    if (this.#closed.signal.aborted) throw new ApiProblem("Closing", "The connection has ended");
    onLogin(accountID);
    this.#accountID = accountID;
    if (cancelOnDisconnect === undefined) return { accountID, token, timer: null };
    await edge.limits.take("cancels", String(accountID));
    const onRefused = (problem: ApiProblem): void => this.#refuse(null, problem, "timer");
    const timer = new ConnectionTimer(edge, { accountID, ...cancelOnDisconnect, onRefused });
    await timer.set();
    return { accountID, token, timer };
  }

  #pong(session: Session, id: string): Promise<void> {
    return this.#admitted(session, id, () => this.#send(standingText(id, session)));
  }

  /** Again where there is a subscription already: it goes on from there. */
  #subscribe(session: Session, { id, from }: EntrySubscribe): Promise<void> {
    const { reports } = this.#options.edge;
    return this.#admitted(session, id, () => {
      if (this.#closed.signal.aborted) return;
      this.#leaveReports();
      this.#reader = this.#createReader(session);
      const position = reports.subscribe(this.#reader, from);
      this.#send(okText(id, { position }));
    });
  }

  #leaveReports(): void {
    if (this.#reader !== null) this.#options.edge.reports.unsubscribe(this.#reader);
    this.#reader = null;
  }

  #createReader({ token, accountID }: Session): ConnectionReader {
    const { auth, clock } = this.#options.edge;
    return new ConnectionReader(accountID, {
      clock,
      send: (text) => this.#report(text),
      check: () => auth.require(bearerOf(token), "trade"),
      onRefused: (problem) => this.#end(Close.Unauthorized, problem.message),
    });
  }

  /** What does not read is cut off, and resumes. */
  #report(text: string): void {
    const queued = this.#socket?.getBufferedAmount() ?? 0;
    if (queued <= reportBytesQueuedMax) return this.#send(text);
    this.#leaveReports();
    this.#end(Close.TryAgainLater, "Reports are not read");
  }

  /** What costs little is done at once, for a token that still holds. */
  async #admitted({ token, accountID }: Session, id: string, work: () => void): Promise<void> {
    const { auth, limits } = this.#options.edge;
    try {
      await auth.require(bearerOf(token), "trade");
      await limits.take("stream", `account ${accountID}`);
      work();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#refuse(id, error);
      if (error.code === "Unauthorized") this.#end(Close.Unauthorized, error.message);
    }
  }

  /** Commands go onto the log in the order of their messages, however long each one's checks take. */
  #carryOut({ token, timer }: Session, request: EntryRequest): void {
    const { edge, ask } = this.#options;
    const turn = this.#turns.take();
    const connectionID = timer?.connectionID ?? 0;
    this.#start(async () => {
      try {
        const asked = httpRequestOf(request, token);
        const response = await edge.commands.inTurn(turn, () => ask(asked, connectionID));
        this.#send(await answerText(request.id, response));
        if (response.status === 401) this.#end(Close.Unauthorized, "The token holds no more");
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        this.#refuse(request.id, error);
      } finally {
        turn.pass();
      }
    });
  }

  #start(run: () => Promise<void>): void {
    const work = run().finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  #refuse(id: string | null, problem: ApiProblem, type: "answer" | "timer" = "answer"): void {
    this.#options.edge.metrics.refused(problem.code);
    this.#send(problemText(type, id, problem));
  }

  /** Whether it arrives, nobody can tell: a client that takes nothing is closed by the server in the end. */
  #send(text: string): void {
    this.#socket?.send(text);
  }

  #end(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }
}

function standingText(id: string, { accountID, timer }: Session): string {
  const body: EntryStanding = {
    accountID,
    ...(timer === null ? {} : { cancelOnDisconnect: standingOf(timer) }),
  };
  return okText(id, body);
}

function okText(id: string, body: object): string {
  return JSON.stringify({ type: "answer", id, status: 200, headers: {}, body });
}

function standingOf({
  timeoutMs,
  connectionID,
  deadline,
}: ConnectionTimer): NonNullable<EntryStanding["cancelOnDisconnect"]> {
  return { timeoutMs, connectionID, ...(deadline === null ? {} : { deadline }) };
}

function bearerOf(token: string): Headers {
  return new Headers({ authorization: `Bearer ${token}` });
}

function tooManyPending(): ApiProblem {
  return new ApiProblem(
    "TooManyPending",
    `${pendingCountMax} requests of this connection wait for their answers: this one was not carried out`,
  );
}

function loggedIn(): ApiProblem {
  return new ApiProblem("InvalidRequest", "The connection has been logged in already", {
    errors: [{ pointer: "/op", detail: "only the first message is a login" }],
  });
}
