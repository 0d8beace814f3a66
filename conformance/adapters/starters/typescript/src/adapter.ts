// Adapter that lets slymock check a client: `npm install && npm run build`, then
// `slymock check --adapter "node dist/adapter.js"`.
//
// client.ts holds an example client. Replace it with yours.

import {Client, ClientError} from "./client.js";
import {serve} from "./pipe.js";

await serve<Client>({
  name: "my-client",
  version: "0.1.0",
  // Remove `client_timeout` to skip scenarios where the server never responds, and `logs` to skip checks of logs.
  features: ["client_timeout", "lanes", "logs"],
  // Makes your client with the settings of a scenario. Its pauses must use `lane.sleep`, never a timer of its own.
  client: (url, token, settings, lane) => new Client(url, token, {
    attempts: settings.attempts ?? 10,
    firstPauseMs: settings.retry_base_ms ?? 1000,
    timeoutMs: settings.timeout_ms ?? 60_000,
    task: settings.task,
    sleep: lane.sleep,
    warn: (text) => lane.log("warn", text),
  }),
  // Returns the kind of an error of your client.
  kindOf: (error) => (error instanceof ClientError ? error.kind : "other"),
  // The operations of your client; `slymock adapter operations` prints all. Scenarios that need others are skipped.
  operations: {
    "task.info": (client, {id}) => client.info(id as number),
    "task.status": (client, {id}) => client.status(id as number),
  },
});
