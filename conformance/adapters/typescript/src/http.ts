// One method of the API: its tries, the pauses between them, and what an answer has to look like.

import {badAnswer, ClientError, Refused} from "./errors.js";

export type Row = Record<string, unknown>;

export function row(method: string, value: unknown): Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Row;
  throw badAnswer(method, "no object");
}

export interface Options {
  /** The tries of one request in all; 10 unless given. */
  attempts?: number;
  /** The pause after the first try, which doubles up to a minute; 1 s unless given. */
  firstPauseMs?: number;
  /** How long one try may take; a minute unless given. */
  timeoutMs?: number;
  /** The task on whose behalf the client works. */
  task?: number;
  /** What pauses; a timer unless given. */
  sleep?: (ms: number) => Promise<void>;
  /** Is told what the client does by itself. */
  log?: (level: "warn", text: string) => void;
}

const RETRIED = [408, 429, 499, 500, 502, 503, 504, 509, 598, 599];
const LONGEST_PAUSE_MS = 60_000;
/** A service that asks for a longer pause is given up. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** The one refusal that goes away by itself. */
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

  /** The answer, which is JSON. */
  async post(method: string, data: Row): Promise<unknown> {
    const answer = await this.send(method, data);
    try {
      return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(answer));
    } catch (error) {
      throw badAnswer(method, `not JSON: ${String(error)}`);
    }
  }

  /** Whatever the answer is. */
  async send(method: string, data: Row): Promise<ArrayBuffer> {
    if (!/^[\w.-]+$/.test(method)) throw new ClientError("usage", `not a method's name: ${method}`);
    const body = JSON.stringify(data);
    const attempts = this.options.attempts ?? 10;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryOnce(method, body);
      } catch (error) {
        if (!isPassing(error)) throw error;
        const asked = error instanceof Refused ? error.retryAfterMs : 0;
        if (attempt >= attempts || asked > LONGEST_RETRY_AFTER_MS) {
          const text = `${method}: given up after ${attempt} tries, the last with ${error.message}`;
          throw new ClientError("retries_exhausted", text, {cause: error});
        }
        const pause = Math.min((this.options.firstPauseMs ?? 1000) * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        const ms = Math.max(pause, asked);
        this.options.log?.("warn", `retrying ${method} in ${ms} ms, after try ${attempt}: ${error.message}`);
        await this.sleep(ms);
      }
    }
  }

  private async tryOnce(method: string, body: string): Promise<ArrayBuffer> {
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? 60_000);
    try {
      const url = `${this.base}/${method}`;
      // Who follows a redirection makes a GET of a POST, and tells the token to whom it does not know.
      const reply = await fetch(url, {method: "POST", headers: this.headers, body, redirect: "manual", signal});
      const answer = await reply.arrayBuffer();
      if (reply.status === 200) return answer;
      // A service that echoes the token must not bring it into an error.
      const text = new TextDecoder().decode(answer).replaceAll(this.token, "[token]");
      throw new Refused(method, reply.status, text.slice(0, 10_000), retryAfterMs(reply));
    } catch (error) {
      if (error instanceof ClientError) throw error;
      if (signal.aborted) throw new ClientError("timeout", `${method}: no answer in time`, {cause: error});
      const why = error instanceof Error ? error.cause ?? error : error;
      throw new ClientError("connection", `${method}: ${String(why)}`, {cause: error});
    }
  }
}

/** Whether the same request may fare better later. */
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

/** The pause that a reply asks for, in seconds or up to a date, which is held against the reply's own. */
function retryAfterMs(reply: Response): number {
  const asked = reply.headers.get("retry-after") ?? "";
  if (reply.status !== 429 && reply.status !== 503) return 0;
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const [date, now] = [Date.parse(asked), Date.parse(reply.headers.get("date") ?? "")];
  const pause = date - (Number.isNaN(now) ? Date.now() : now);
  return /[a-z]/i.test(asked) && pause > 0 ? pause : 0;
}
