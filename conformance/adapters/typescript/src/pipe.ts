// The adapter's side of the protocol, whatever the client: PROTOCOL.md tells the lines.

import {createInterface} from "node:readline";

export type Json = Record<string, unknown>;

export interface Settings {
  attempts?: number;
  retry_base_ms?: number;
  timeout_ms?: number;
  task?: number;
}

/** What an operation is done with. */
export interface Lane {
  sleep: (ms: number) => Promise<void>;
  log: (level: "debug" | "info" | "warn" | "error", text: string) => void;
}

export interface Adapter<Client> {
  name: string;
  version: string;
  features: ("client_timeout" | "lanes" | "logs")[];
  client: (url: string, token: string, settings: Settings, lane: Lane) => Client;
  operations: Record<string, (client: Client, args: Json) => unknown>;
  /** The neutral kind of an error. */
  kindOf: (error: unknown) => string;
}

interface Call {
  id: number;
  op: string;
  lane: string;
  scenario: number;
  now_ms: number;
  url: string;
  token: string;
  settings: Settings;
  args: Json;
}

/** Where the kit's clock begins. */
const BEGIN = Date.UTC(2026, 0, 1);
let now = 0;
Date.now = () => BEGIN + now;

// Nothing but the protocol goes to stdout.
const stdout = process.stdout.write.bind(process.stdout);
console.log = console.info = console.debug = console.error;

function say(t: string, words: Json): void {
  stdout(`${JSON.stringify({t, ...words})}\n`);
}

/** Serves until the kit says `bye`. */
export async function serve<Client>(adapter: Adapter<Client>): Promise<void> {
  const clients = new Map<string, {key: string; client: Client}>();
  const wakes = new Map<string, () => void>();

  // A lane pauses once at a time: its calls come one after the other, and this client does one thing at a time.
  const laneNamed = (lane: string): Lane => ({
    sleep: (ms) => new Promise((resolve) => {
      wakes.set(lane, resolve);
      say("sleep", {lane, ms: Math.round(ms)});
    }),
    log: (level, text) => say("log", {lane, level, text}),
  });

  /** In a scenario the client of a lane lives on as long as it is set up the same way. */
  const clientFor = ({lane, scenario, url, token, settings}: Call): Client => {
    const key = JSON.stringify([scenario, url, token, settings]);
    const known = clients.get(lane);
    if (known?.key === key) return known.client;
    const client = adapter.client(url, token, settings, laneNamed(lane));
    clients.set(lane, {key, client});
    return client;
  };

  const call = async (call: Call): Promise<void> => {
    const {id, lane, op, args} = call;
    try {
      const value = await adapter.operations[op]?.(clientFor(call), args);
      say("result", {id, lane, return: value ?? null});
    } catch (error) {
      const [type, message] = error instanceof Error ? [error.name, error.message] : ["unknown", String(error)];
      say("result", {id, lane, raise: {kind: adapter.kindOf(error), type, message}});
    }
  };

  const {name, version, features} = adapter;
  const client = {name, version, language: "typescript"};
  say("hello", {proto: [1], client, ops: Object.keys(adapter.operations), clock: ["virtual"], features});
  for await (const line of createInterface({input: process.stdin})) {
    const word = JSON.parse(line);
    if (word.t === "bye") break;
    now = word.now_ms ?? now;
    if (word.t === "wake") wakes.get(word.lane)?.();
    else if (Object.hasOwn(adapter.operations, word.op)) void call(word);
    else say("unsupported", {id: word.id});
  }
  process.exit();
}
