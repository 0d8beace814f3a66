// A small client of the task API.

import {badAnswer, ClientError} from "./errors.js";
import {Http, type Options, type Row, row} from "./http.js";
import {listing, type ListOptions, type Page} from "./listing.js";

export const STATUSES =
  ["queued", "consumed", "started", "deployed", "error", "finished", "terminating", "stopped"] as const;
export type Status = (typeof STATUSES)[number];

export class Client {
  private readonly http: Http;

  constructor(address: string, token: string, options: Options = {}) {
    this.http = new Http(address, token, options);
  }

  /** Returns a task. */
  async info(id: number): Promise<Row> {
    return row("tasks.info", await this.http.post("tasks.info", {id}));
  }

  async status(id: number): Promise<Status> {
    return statusOf("tasks.info", await this.info(id));
  }

  /** Waits for a status. Returns true when the task has it, and false when the task ended otherwise. */
  async wait(id: number, target: Status, attempts = 999, everyMs = 1000): Promise<boolean> {
    if (attempts < 1) throw new ClientError("usage", "waiting needs at least one attempt");
    for (let attempt = 1; ; attempt += 1) {
      const status = await this.status(id);
      if (status === target) return true;
      if (["finished", "deployed", "stopped"].includes(status)) return false;
      Client.raiseForStatus(status);
      if (attempt === attempts) {
        throw new ClientError("wait_timeout", `task ${id} is ${status} after ${attempts} attempts, not ${target}`);
      }
      await this.http.sleep(everyMs);
    }
  }

  static raiseForStatus(status: Status): void {
    if (status === "error") throw new ClientError("task_failed", "the task ended with an error");
  }

  /** Returns the team and the workspace of a task. */
  async context(id: number): Promise<Row> {
    return row("GetTaskContext", await this.http.post("GetTaskContext", {id}));
  }

  /** Asks a task to stop and returns its status after that. */
  async stop(id: number): Promise<Status> {
    return statusOf("tasks.stop", row("tasks.stop", await this.http.post("tasks.stop", {id})));
  }

  /** Starts an app or a module and returns the task. `more` is sent unchanged. */
  async start(agent: number | null, program: {app?: number; module?: number}, more: Row = {}): Promise<Row> {
    const {app, module} = program;
    if ((app === undefined) === (module === undefined)) {
      throw new ClientError("usage", "start takes exactly one of app and module");
    }
    const defaults = {
      workspaceId: null, description: "application description", params: {state: {}}, logLevel: "info",
      usersIds: [], appVersion: "", isBranch: false, taskName: "pythonSpawned", restartPolicy: "never",
      proxyKeepUrl: false,
    };
    const which = app === undefined ? {moduleId: module} : {appId: app};
    const answer = await this.http.post("tasks.run.app", {agentId: agent, ...defaults, ...which, ...more});
    if (!Array.isArray(answer)) throw badAnswer("tasks.run.app", "not an array");
    const task = row("tasks.run.app", answer[0]);
    const id = "id" in task ? task["id"] : task["taskId"];
    if (!Number.isInteger(id)) throw badAnswer("tasks.run.app", "a task without an id");
    return {...task, id};
  }

  /** Returns the tasks of a workspace that match the filters. */
  async list(workspace: number, filter: Row[] = []): Promise<Row[]> {
    return this.listAll("tasks.list", {workspaceId: workspace, filter});
  }

  /** Returns all rows of a listing method. */
  async listAll(method: string, data: Row, options: ListOptions = {}): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const page of this.pages(method, data, options)) rows.push(...page);
    return rows;
  }

  /** Returns the pages of a listing method, each requested when it is needed. */
  pages(method: string, data: Row, options: ListOptions = {}): AsyncGenerator<Page> {
    return listing((page) => this.http.post(method, page), method, data, options);
  }

  /** Returns a field of an app's data. */
  async getField(id: number, field: string): Promise<unknown> {
    const answer = row("tasks.data.get", await this.http.post("tasks.data.get", {taskId: id, fields: [field]}));
    const values = row("tasks.data.get", answer["result"]);
    if (!Object.hasOwn(values, field)) throw badAnswer("tasks.data.get", `the field ${field} is missing`);
    return values[field];
  }

  /** Sets a field of an app's data and returns the response. */
  async setField(id: number, field: string, payload: unknown, append = false, recursive = false): Promise<unknown> {
    return this.http.post("tasks.data.set", {taskId: id, fields: [{field, payload, append, recursive}]});
  }

  /** Adds lines to the log of the client's own task. */
  async submitLogs(logs: Row[]): Promise<void> {
    await this.http.send("tasks.logs.add", {logs});
  }
}

function statusOf(method: string, task: Row): Status {
  const status = STATUSES.find((known) => known === task["status"]);
  if (status === undefined) throw badAnswer(method, "unknown status");
  return status;
}
