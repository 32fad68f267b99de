/** Every code that a read route's problem can have, with its status. */
export const ReadProblemStatus = {
  InvalidRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  UnknownOrder: 404,
  UnknownSymbol: 404,
  StaleRead: 409,
  InternalError: 500,
  AnalyticsUnavailable: 503,
  BookUnavailable: 503,
  ReadsUnavailable: 503,
} as const;
export type ReadProblemCode = keyof typeof ReadProblemStatus;
