// Listings, page by page. A listing with fewer or more rows than its `total` ends with an error.

import {badAnswer, ClientError} from "./errors.js";
import {type Row, row} from "./http.js";

export type Page = Row[];

export interface ListOptions {
  /** Maximum number of rows; all by default. */
  limit?: number;
  /** Gets the number of returned rows of each page. */
  progress?: (rows: number) => void;
  /** Gets the first response. */
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
    if (rows.length > 0 && text === before) throw badAnswer(method, "a page came twice, so the listing would not end");
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
  // Some servers return a cursor with the last page too.
  let after = entities(method, first).length === first["total"] ? null : first["after"];
  const seen = new Set<unknown>();
  while (after !== null && after !== undefined) {
    if (seen.has(after)) throw badAnswer(method, "a cursor came twice, so the listing would not end");
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
