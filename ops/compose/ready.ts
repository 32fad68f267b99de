/** Health check of a container: code 0 when the service in it says that it is ready. */
const port = process.env["ORDERBOOK_OPERATIONS_PORT"] ?? "";
const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
process.exit(answer?.ok === true ? 0 : 1);
