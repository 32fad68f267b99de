import type { GatewayApp } from "./edge.ts";
import { ApiProblem } from "./problems.ts";

/** Known paths answer other methods than theirs with 405 and what they take. To be called after every route stands. */
export function refuseOtherMethods(app: GatewayApp): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === "GET") known.add("HEAD");
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(", ");
    app.all(path, () => {
      throw new ApiProblem("MethodNotAllowed", `This place takes ${allow}`, { headers: { allow } });
    });
  }
}
