/** An account that this page may act for. The token stays in memory: it is in no cookie, no storage and no request's path. */
export interface Credential {
  readonly accountID: string;
  readonly token: string;
}

/** Reads `#tokens=1001:TOKEN,1002:TOKEN`. What is not of that form is passed over. */
export function credentialsOf(fragment: string): readonly Credential[] {
  const list = new URLSearchParams(fragment.replace(/^#/, "")).get("tokens") ?? "";
  return list.split(",").flatMap((entry) => {
    const match = /^(\d+):([\w-]+\.[\w-]+\.[\w-]+)$/.exec(entry.trim());
    const [, accountID, token] = match ?? [];
    return accountID === undefined || token === undefined ? [] : [{ accountID, token }];
  });
}

/** Reads `#token=TOKEN` of the operator's page; null where there is none. */
export function operatorTokenOf(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token")?.trim() ?? "";
  return isToken(token) ? token : null;
}

/** What a token's header says its key is called; empty where it says nothing. */
export function keyIDOf(token: string): string {
  try {
    const header = (token.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { kid } = JSON.parse(atob(header)) as { readonly kid?: unknown };
    return typeof kid === "string" ? kid : "";
  } catch {
    return "";
  }
}

export function isToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
