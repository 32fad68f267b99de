import { bodyHeaderBytes } from "../schema/body.ts";
import { BusinessMessageRejectLayout } from "../schema/generated/business-message-reject.ts";
import {
  BusinessRejectReasonName,
  CxlRejReasonName,
  OrdRejReasonName,
} from "../schema/generated/enums.ts";
import { OrderCancelRejectLayout } from "../schema/generated/order-cancel-reject.ts";
import { OrderRejectedLayout } from "../schema/generated/order-rejected.ts";
import { headerBytes, templateName } from "../schema/generated/records.ts";

const templateCount = 256;
const reasonCount = 256;

/** The events that refuse a command, where in each its reason stands, and what the reasons are called. */
const rejects = [
  {
    templateId: OrderRejectedLayout.templateId,
    reasonAt: OrderRejectedLayout.ordRejReason,
    names: OrdRejReasonName,
  },
  {
    templateId: OrderCancelRejectLayout.templateId,
    reasonAt: OrderCancelRejectLayout.cxlRejReason,
    names: CxlRejReasonName,
  },
  {
    templateId: BusinessMessageRejectLayout.templateId,
    reasonAt: BusinessMessageRejectLayout.businessRejectReason,
    names: BusinessRejectReasonName,
  },
] as const;

/** Counts the events that an owner has made, by kind, and the refusals among them by reason. Reads templates only: nothing is decoded. */
export class EventCounts {
  readonly #kinds = new Float64Array(templateCount);
  /** One after the other, as `rejects` has them. */
  readonly #reasons = new Float64Array(rejects.length * reasonCount);
  /** Index into `rejects` + 1 by template; 0 for events that refuse nothing. */
  readonly #rejectOf = new Uint8Array(templateCount);

  constructor() {
    for (const [index, { templateId }] of rejects.entries()) this.#rejectOf[templateId] = index + 1;
  }

  /** Takes a body of this process's own making. */
  add(body: Uint8Array): void {
    const kinds = this.#kinds;
    for (let at = bodyHeaderBytes; at < body.length;) {
      const templateId = word(body, at + 2);
      kinds[templateId] = (kinds[templateId] ?? 0) + 1;
      const reject = this.#rejectOf[templateId] ?? 0;
      if (reject > 0) this.#addReason(body, at + headerBytes, reject - 1);
      at += headerBytes + word(body, at);
    }
  }

  /** Kinds of events that have occurred. */
  get kinds(): readonly { readonly kind: string; readonly count: number }[] {
    return [...this.#kinds].flatMap((count, templateId) =>
      count === 0 ? [] : [{ kind: templateName(templateId) ?? String(templateId), count }],
    );
  }

  /** Reasons of refusals that have occurred. */
  get rejects(): readonly {
    readonly kind: string;
    readonly reason: string;
    readonly count: number;
  }[] {
    return rejects.flatMap(({ templateId, names }, index) =>
      Array.from({ length: reasonCount }, (_, code) => code).flatMap((code) => {
        const count = this.#reasons[index * reasonCount + code] ?? 0;
        if (count === 0) return [];
        const reason = (names as Readonly<Record<number, string>>)[code] ?? String(code);
        return [{ kind: templateName(templateId) ?? "", reason, count }];
      }),
    );
  }

  #addReason(body: Uint8Array, block: number, index: number): void {
    const slot = index * reasonCount + word(body, block + (rejects[index]?.reasonAt ?? 0));
    this.#reasons[slot] = (this.#reasons[slot] ?? 0) + 1;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
