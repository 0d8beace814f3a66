// The errors of the client, as one type with a `kind`.

export type Kind =
  | "auth" | "bad_answer" | "bad_request" | "connection" | "incomplete_listing" | "not_found" | "other"
  | "rate_limited" | "retries_exhausted" | "task_failed" | "timeout" | "usage" | "wait_timeout";

export class ClientError extends Error {
  constructor(readonly kind: Kind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClientError";
  }
}

/** The response has a status other than 200. */
export class Refused extends ClientError {
  constructor(method: string, readonly status: number, readonly body: string, readonly retryAfterMs: number) {
    super(kindOf(status), `${method}: ${status} ${body}`);
    this.name = "Refused";
  }
}

export function badAnswer(method: string, what: string): ClientError {
  return new ClientError("bad_answer", `${method}: ${what}`);
}

function kindOf(status: number): Kind {
  switch (status) {
    case 401:
    case 403:
      return "auth";
    case 404:
      return "not_found";
    case 429:
      return "rate_limited";
    default:
      return status >= 400 && status < 500 ? "bad_request" : "other";
  }
}
