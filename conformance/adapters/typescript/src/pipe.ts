// The adapter's side of the protocol, for any client; conformance/PROTOCOL.md in slymock describes the lines.

import {createInterface} from "node:readline";

export type Json = Record<string, unknown>;

export interface Settings {
  attempts?: number;
  retry_base_ms?: number;
  timeout_ms?: number;
  task?: number;
}

/** The pauses and the log of a lane. */
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
  /** Returns the neutral kind of an error. */
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

/** The start of the kit's clock. */
const BEGIN = Date.UTC(2026, 0, 1);
let now = 0;
Date.now = () => BEGIN + now;

// stdout carries only the protocol.
const stdout = process.stdout.write.bind(process.stdout);
console.log = console.info = console.debug = console.error;

function say(t: string, words: Json): void {
  stdout(`${JSON.stringify({t, ...words})}\n`);
}

/** Serves the kit until it sends `bye`. */
export async function serve<Client>(adapter: Adapter<Client>): Promise<void> {
  const clients = new Map<string, {key: string; client: Client}>();
  const wakes = new Map<string, () => void>();

  // A lane has one pause at a time: its calls come one after the other, and the client has no parallel tasks.
  const laneNamed = (lane: string): Lane => ({
    sleep: (ms) => new Promise((resolve) => {
      wakes.set(lane, resolve);
      say("sleep", {lane, ms: Math.round(ms)});
    }),
    log: (level, text) => say("log", {lane, level, text}),
  });

  /** Returns the lane's client; a new one for another scenario or other settings. */
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
