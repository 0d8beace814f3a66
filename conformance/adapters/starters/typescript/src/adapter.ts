// Lets slymock check a client: `npm install && npm run build`, and
// `slymock check --adapter "node dist/adapter.js"`.
//
// As it stands the client is the one in client.ts, which is here to be replaced by yours.

import {Client, ClientError} from "./client.js";
import {serve} from "./pipe.js";

await serve<Client>({
  name: "my-client",
  version: "0.1.0",
  // Without `client_timeout`, servers that never answer are left out; without `logs`, what is said of logs.
  features: ["client_timeout", "lanes", "logs"],
  // Your client, set up as a scenario wants it. It has to pause by `lane.sleep`, never by a timer of its own.
  client: (url, token, settings, lane) => new Client(url, token, {
    attempts: settings.attempts ?? 10,
    firstPauseMs: settings.retry_base_ms ?? 1000,
    timeoutMs: settings.timeout_ms ?? 60_000,
    task: settings.task,
    sleep: lane.sleep,
    warn: (text) => lane.log("warn", text),
  }),
  // What kind of error yours are.
  kindOf: (error) => (error instanceof ClientError ? error.kind : "other"),
  // The operations that your client has; scenarios of others are left out.
  operations: {
    "task.info": (client, {id}) => client.info(id as number),
    "task.status": (client, {id}) => client.status(id as number),
  },
});
