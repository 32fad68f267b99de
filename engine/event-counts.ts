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
  readonly #reasons = rejects.map(() => new Float64Array(reasonCount));

  /** Takes a body of this process's own making. */
  add(body: Uint8Array): void {
    for (let at = bodyHeaderBytes; at < body.length;) {
      const templateId = word(body, at + 2);
      this.#kinds[templateId] = (this.#kinds[templateId] ?? 0) + 1;
      this.#addReason(body, at + headerBytes, templateId);
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
      [...(this.#reasons[index] ?? [])].flatMap((count, code) => {
        if (count === 0) return [];
        const reason = (names as Readonly<Record<number, string>>)[code] ?? String(code);
        return [{ kind: templateName(templateId) ?? "", reason, count }];
      }),
    );
  }

  #addReason(body: Uint8Array, block: number, templateId: number): void {
    for (const [index, reject] of rejects.entries()) {
      if (reject.templateId !== templateId) continue;
      const counts = this.#reasons[index];
      const reason = word(body, block + reject.reasonAt);
      if (counts !== undefined) counts[reason] = (counts[reason] ?? 0) + 1;
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
