import type { Clock } from "../ports/clock/clock.ts";
import type { Logger } from "../ports/telemetry/logger.ts";
import type { RequestBindings } from "./edge.ts";
import type { ApiProblem } from "./problems.ts";

/** Lines a second about failures: a store that is away fails every request, and says so often enough with these. */
const failuresPerSecondMax = 10;

/** Lines about requests that were not carried out: refusals at debug, failures of the venue's own at error. */
export class RequestLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #second = -1;
  #writtenCount = 0;
  #leftOutCount = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  refused(problem: ApiProblem, bindings: RequestBindings): void {
    const { code, status, cause, details } = problem;
    const fields = { code, status, ...details.about, ...requestFields(bindings) };
    if (cause === undefined) this.#logger.debug(fields, problem.message);
    else this.#fail({ ...fields, error: cause }, problem.message);
  }

  /** What an operator did that is not an ordinary command. */
  acted(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  failed(error: unknown, bindings: RequestBindings): void {
    this.#fail({ error, status: 500, ...requestFields(bindings) }, "A request was answered 500");
  }

  #fail(fields: object, message: string): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) this.#writtenCount = 0;
    this.#second = second;
    if (++this.#writtenCount > failuresPerSecondMax) {
      this.#leftOutCount++;
      return;
    }
    const leftOut = this.#leftOutCount === 0 ? {} : { leftOutCount: this.#leftOutCount };
    this.#leftOutCount = 0;
    this.#logger.error({ ...fields, ...leftOut }, message);
  }
}

function requestFields({ route, span }: RequestBindings): object {
  return span === null ? { route } : { route, traceID: span.traceID };
}
