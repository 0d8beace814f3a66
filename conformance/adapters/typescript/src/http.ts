// A call of a method: its attempts, the pauses between them, and the checks of its response.

import {badAnswer, ClientError, Refused} from "./errors.js";

export type Row = Record<string, unknown>;

export function row(method: string, value: unknown): Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Row;
  throw badAnswer(method, "not an object");
}

export interface Options {
  /** Maximum number of attempts of one request; 10 by default. */
  attempts?: number;
  /** Pause after the first attempt, in ms; 1000 by default. Further pauses double up to a minute. */
  firstPauseMs?: number;
  /** Time limit of one attempt, in ms; 60,000 by default. */
  timeoutMs?: number;
  /** Task that the client runs as, sent as `x-task-id`. */
  task?: number;
  /** Makes pauses; a timer by default. */
  sleep?: (ms: number) => Promise<void>;
  /** Gets a line for each retry. */
  log?: (level: "warn", text: string) => void;
}

const RETRIED = [408, 429, 499, 500, 502, 503, 504, 509, 598, 599];
const LONGEST_PAUSE_MS = 60_000;
/** If the server asks for a longer pause, the client gives up. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** The only retried 400: it ends once the agent has connected. */
const AGENT_AWAY = "Agent should call AgentConnected or AgentPing before attempting any other request";

export class Http {
  readonly sleep: (ms: number) => Promise<void>;
  private readonly headers: Record<string, string>;
  private readonly base: string;

  constructor(address: string, private readonly token: string, private readonly options: Options) {
    this.base = `${address.replace(/\/+$/, "")}/public/api/v3`;
    this.headers = {"content-type": "application/json", "x-api-key": token};
    if (options.task !== undefined) this.headers["x-task-id"] = String(options.task);
    this.sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** Returns the JSON of the response. */
  async post(method: string, data: Row): Promise<unknown> {
    const answer = await this.send(method, data);
    try {
      return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(answer));
    } catch (error) {
      throw badAnswer(method, `not JSON: ${String(error)}`);
    }
  }

  /** Returns the body of the response, in any format. */
  async send(method: string, data: Row): Promise<ArrayBuffer> {
    if (!/^[\w.-]+$/.test(method)) throw new ClientError("usage", `invalid method name: ${method}`);
    const body = JSON.stringify(data);
    const attempts = this.options.attempts ?? 10;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryOnce(method, body);
      } catch (error) {
        if (!isPassing(error)) throw error;
        const asked = error instanceof Refused ? error.retryAfterMs : 0;
        if (attempt >= attempts || asked > LONGEST_RETRY_AFTER_MS) {
          const text = `${method}: gave up after ${attempt} attempts, the last with ${error.message}`;
          throw new ClientError("retries_exhausted", text, {cause: error});
        }
        const pause = Math.min((this.options.firstPauseMs ?? 1000) * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        const ms = Math.max(pause, asked);
        this.options.log?.("warn", `retrying ${method} in ${ms} ms, after attempt ${attempt}: ${error.message}`);
        await this.sleep(ms);
      }
    }
  }

  private async tryOnce(method: string, body: string): Promise<ArrayBuffer> {
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? 60_000);
    try {
      const url = `${this.base}/${method}`;
      // Redirects are not followed: a POST would become a GET, and the token could go to an unknown host.
      const reply = await fetch(url, {method: "POST", headers: this.headers, body, redirect: "manual", signal});
      const answer = await reply.arrayBuffer();
      if (reply.status === 200) return answer;
      // A server may echo the token, which must not appear in an error.
      const text = new TextDecoder().decode(answer).replaceAll(this.token, "[token]");
      throw new Refused(method, reply.status, text.slice(0, 10_000), retryAfterMs(reply));
    } catch (error) {
      if (error instanceof ClientError) throw error;
      if (signal.aborted) throw new ClientError("timeout", `${method}: no response in time`, {cause: error});
      const why = error instanceof Error ? error.cause ?? error : error;
      throw new ClientError("connection", `${method}: ${String(why)}`, {cause: error});
    }
  }
}

/** True if the same request may succeed later. */
function isPassing(error: unknown): error is ClientError {
  if (error instanceof Refused) return RETRIED.includes(error.status) || isAgentAway(error);
  return error instanceof ClientError && (error.kind === "connection" || error.kind === "timeout");
}

function isAgentAway({status, body}: Refused): boolean {
  try {
    return status === 400 && (JSON.parse(body) as Row | null)?.["error"] === AGENT_AWAY;
  } catch {
    return false;
  }
}

/** The pause that a response asks for. A date is relative to the response's own `Date`. */
function retryAfterMs(reply: Response): number {
  const asked = reply.headers.get("retry-after") ?? "";
  if (reply.status !== 429 && reply.status !== 503) return 0;
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const [date, now] = [Date.parse(asked), Date.parse(reply.headers.get("date") ?? "")];
  const pause = date - (Number.isNaN(now) ? Date.now() : now);
  return /[a-z]/i.test(asked) && pause > 0 ? pause : 0;
}
