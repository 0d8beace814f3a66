// An example client, to be replaced with yours. It reads tasks and retries requests.

export interface Options {
  attempts: number;
  firstPauseMs: number;
  timeoutMs: number;
  task: number | undefined;
  sleep: (ms: number) => Promise<void>;
  warn: (text: string) => void;
}

export class ClientError extends Error {
  /** `status` is the HTTP status of the response, or 0 without a response. */
  constructor(readonly kind: string, message: string, readonly status = 0, readonly retryAfterMs = 0) {
    super(message);
    this.name = "ClientError";
  }
}

type Row = Record<string, unknown>;

const STATUSES = ["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"];
const RETRIED = [408, 429, 499, 500, 502, 503, 504, 509, 598, 599];
const AGENT_AWAY = "Agent should call AgentConnected or AgentPing before attempting any other request";
const KINDS: Record<number, string> = {401: "auth", 403: "auth", 404: "not_found", 429: "rate_limited"};
const [LONGEST_PAUSE_MS, LONGEST_RETRY_AFTER_MS] = [60_000, 3_600_000];

export class Client {
  private readonly headers: Record<string, string>;

  constructor(private readonly url: string, private readonly token: string, private readonly options: Options) {
    this.headers = {"content-type": "application/json", "x-api-key": token};
    if (options.task !== undefined) this.headers["x-task-id"] = String(options.task);
  }

  async info(id: number): Promise<Row> {
    const task = await this.post("tasks.info", {id});
    if (typeof task === "object" && task !== null && !Array.isArray(task)) return task as Row;
    throw new ClientError("bad_answer", "tasks.info: not an object");
  }

  async status(id: number): Promise<string> {
    const {status} = await this.info(id);
    if (typeof status === "string" && STATUSES.includes(status)) return status;
    throw new ClientError("bad_answer", "tasks.info: unknown status");
  }

  private async post(method: string, data: Row): Promise<unknown> {
    const {attempts, firstPauseMs, sleep, warn} = this.options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryOnce(method, JSON.stringify(data));
      } catch (error) {
        if (!(error instanceof ClientError) || !isPassing(error)) throw error;
        if (attempt >= attempts || error.retryAfterMs > LONGEST_RETRY_AFTER_MS) {
          throw new ClientError("retries_exhausted", `${attempt} attempts failed, the last with ${error.message}`);
        }
        const ms = Math.max(Math.min(firstPauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS), error.retryAfterMs);
        warn(`retrying ${method} in ${ms} ms, after attempt ${attempt}: ${error.message}`);
        await sleep(ms);
      }
    }
  }

  private async tryOnce(method: string, body: string): Promise<unknown> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    let reply: Response;
    let bytes: ArrayBuffer;
    try {
      const url = `${this.url}/public/api/v3/${method}`;
      reply = await fetch(url, {method: "POST", headers: this.headers, body, redirect: "manual", signal});
      bytes = await reply.arrayBuffer();
    } catch (error) {
      throw new ClientError(signal.aborted ? "timeout" : "connection", `${method}: ${String(error)}`);
    }
    const {status} = reply;
    if (status !== 200) {
      const kind = KINDS[status] ?? (status >= 400 && status < 500 ? "bad_request" : "other");
      const text = new TextDecoder().decode(bytes).replaceAll(this.token, "[token]");
      throw new ClientError(kind, `${method}: ${status} ${text}`, status, retryAfterMs(reply));
    }
    try {
      return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(bytes));
    } catch {
      throw new ClientError("bad_answer", `${method}: not JSON`);
    }
  }
}

/** True if the same request may succeed later. */
function isPassing({kind, status, message}: ClientError): boolean {
  if (kind === "connection" || kind === "timeout") return true;
  return RETRIED.includes(status) || (status === 400 && message.includes(AGENT_AWAY));
}

/** The pause that a response asks for. A date is relative to the response's own `Date`. */
function retryAfterMs({status, headers}: Response): number {
  const asked = headers.get("retry-after") ?? "";
  if (status !== 429 && status !== 503) return 0;
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const [date, now] = [Date.parse(asked), Date.parse(headers.get("date") ?? "")];
  return /[a-z]/i.test(asked) && date > now ? date - now : 0;
}
