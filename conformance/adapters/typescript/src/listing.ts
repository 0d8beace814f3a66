// Listings, page by page. A listing either gives all that it promised or says that it did not.

import {badAnswer, ClientError} from "./errors.js";
import {type Row, row} from "./http.js";

export type Page = Row[];

export interface ListOptions {
  /** The most rows wanted; all unless given. */
  limit?: number;
  /** Is told of each page how many of its rows are handed out. */
  progress?: (rows: number) => void;
  /** Is told the first answer. */
  first?: (answer: Row) => void;
}

type Ask = (data: Row) => Promise<unknown>;

export async function* listing(ask: Ask, method: string, given: Row, options: ListOptions): AsyncGenerator<Page> {
  const data = "sort" in given ? given : {...given, sort: "id", sort_order: "asc"};
  const limit = options.limit ?? Infinity;
  if (limit === 0 && options.first === undefined) return;
  const pages = data["pagination_mode"] === "token" ? byCursor(ask, method, data) : byNumber(ask, method, data);
  let [got, total, before] = [0, 0, ""];
  for await (const {answer, isFirst} of pages) {
    if (isFirst) {
      total = whole(method, answer, "total");
      options.first?.(answer);
    }
    const rows = entities(method, answer);
    const text = JSON.stringify(rows);
    if (rows.length > 0 && text === before) throw badAnswer(method, "a page came twice, the pages do not end");
    before = text;
    const page = rows.slice(0, limit - got);
    got += page.length;
    options.progress?.(page.length);
    yield page;
    if (rows.length === 0 || got >= limit || (limit === Infinity && got > total)) break;
  }
  if (limit === Infinity ? got !== total : got < Math.min(total, limit)) {
    throw new ClientError("incomplete_listing", `${method}: ${got} rows of ${total}`);
  }
}

interface Answer {
  answer: Row;
  isFirst: boolean;
}

async function* byNumber(ask: Ask, method: string, data: Row): AsyncGenerator<Answer> {
  const answer = row(method, await ask(data));
  const [perPage, last] = [whole(method, answer, "perPage"), whole(method, answer, "pagesCount")];
  yield {answer, isFirst: true};
  for (let page = 2; page <= last; page += 1) {
    yield {answer: row(method, await ask({...data, page, per_page: perPage})), isFirst: false};
  }
}

async function* byCursor(ask: Ask, method: string, data: Row): AsyncGenerator<Answer> {
  const first = row(method, await ask(data));
  if (!("after" in first)) throw badAnswer(method, "after is missing");
  yield {answer: first, isFirst: true};
  // Some services give a cursor with the last page too.
  let after = entities(method, first).length === first["total"] ? null : first["after"];
  const seen = new Set<unknown>();
  while (after !== null && after !== undefined) {
    if (seen.has(after)) throw badAnswer(method, "a cursor came back, the pages go round");
    seen.add(after);
    const answer = row(method, await ask({...data, after}));
    yield {answer, isFirst: false};
    after = answer["after"];
  }
}

function entities(method: string, answer: Row): Row[] {
  const rows = answer["entities"];
  if (Array.isArray(rows)) return rows.map((item) => row(method, item));
  throw badAnswer(method, "entities is not an array");
}

function whole(method: string, answer: Row, key: string): number {
  const value = answer[key];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw badAnswer(method, `${key} is not a whole number`);
}
