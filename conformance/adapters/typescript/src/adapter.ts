// The adapter of this client: `slymock check --adapter "node dist/adapter.js"`.

import {Client, type Status, STATUSES} from "./client.js";
import {ClientError} from "./errors.js";
import type {Row} from "./http.js";
import type {ListOptions, Page} from "./listing.js";
import {type Json, serve} from "./pipe.js";

/** The types of the client exclude an unknown status, so the adapter rejects it. */
function status(name: unknown): Status {
  const known = STATUSES.find((status) => status === name);
  if (known === undefined) throw new ClientError("usage", `unknown status: ${String(name)}`);
  return known;
}

/** A listing, with the progress and the first response if the arguments ask for them. */
async function listed(
  key: "rows" | "pages",
  args: Json,
  list: (method: string, data: Row, options: ListOptions) => Promise<Row[] | Page[]>,
): Promise<Json> {
  const {method, data, limit, progress, first_response: first} = args as {
    method: string; data: Row; limit?: number; progress?: boolean; first_response?: boolean;
  };
  const beside: Json = {};
  const counts: number[] = [];
  const options: ListOptions = {progress: (rows) => counts.push(rows)};
  if (limit !== undefined) options.limit = limit;
  if (progress) beside["progress"] = counts;
  if (first) options.first = (answer) => (beside["first_response"] = answer);
  return {[key]: await list(method, data, options), ...beside};
}

async function all(pages: AsyncIterable<Page>): Promise<Page[]> {
  const list: Page[] = [];
  for await (const page of pages) list.push(page);
  return list;
}

async function start(client: Client, args: Json): Promise<Row> {
  const {agent, app, module, workspace, users, ...rest} = args as {
    agent: number | null; app?: number; module?: number; workspace?: number; users?: number[];
  };
  const more: Row = {};
  for (const [name, value] of Object.entries({workspaceId: workspace, usersIds: users})) {
    if (value !== undefined) more[name] = value;
  }
  for (const [name, value] of Object.entries(rest)) more[camel(name)] = value;
  return client.start(agent, {...(app === undefined ? {} : {app}), ...(module === undefined ? {} : {module})}, more);
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

await serve<Client>({
  name: "slymock-typescript",
  version: "0.1.0",
  features: ["client_timeout", "lanes", "logs"],
  client: (url, token, {attempts, retry_base_ms: firstPauseMs, timeout_ms: timeoutMs, task}, {sleep, log}) => {
    const given = Object.entries({attempts, firstPauseMs, timeoutMs, task}).filter(([, value]) => value !== undefined);
    return new Client(url, token, {sleep, log, ...Object.fromEntries(given)});
  },
  kindOf: (error) => (error instanceof ClientError ? error.kind : "other"),
  operations: {
    "task.info": (client, {id}) => client.info(id as number),
    "task.status": (client, {id}) => client.status(id as number),
    "task.context": (client, {id}) => client.context(id as number),
    "task.wait": (client, {id, target, attempts, every_ms: everyMs}) =>
      client.wait(id as number, status(target), attempts as number | undefined, everyMs as number | undefined),
    "task.raise_for_status": (_, args) => Client.raiseForStatus(status(args["status"])),
    "task.stop": (client, {id}) => client.stop(id as number),
    "task.start": start,
    "task.list": (client, {workspace, filters}) => client.list(workspace as number, filters as Row[] | undefined),
    "task.list_all": (client, args) =>
      listed("rows", args, (method, data, options) => client.listAll(method, data, options)),
    "task.list_pages": (client, args) =>
      listed("pages", args, (method, data, options) => all(client.pages(method, data, options))),
    "task.get_field": (client, {id, field}) => client.getField(id as number, field as string),
    "task.set_field": (client, args) => {
      const {id, field, append, recursive} = args as {id: number; field: string; append?: boolean; recursive?: boolean};
      return client.setField(id, field, args["payload"], append, recursive);
    },
    "task.submit_logs": (client, {logs}) => client.submitLogs(logs as Row[]),
  },
});
