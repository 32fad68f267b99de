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
