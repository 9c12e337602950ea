// What came of a run, in D3's words and order.
import type { Outcome } from "../messages";
import type { Failure, RunReport } from "../protocol";
import { element, section, shown, table } from "./dom";

export type Open = (path: string, line: number) => void;

/** What is shown for an outcome. */
export function outcomeView(outcome: Outcome, open: Open): Node[] {
  switch (outcome.kind) {
    case "none":
      return [];
    case "asking":
      return [verdict("note", "Fill in what is marked, then run", "")];
    case "running":
      return [verdict("note", "Running...", "")];
    case "cancelled":
      return [verdict("note", "Cancelled", "")];
    case "refused":
      return [verdict("bad", "Could not run", ""), element("pre", {}, outcome.message)];
    case "done":
      return report(outcome.report, open);
  }
}

function verdict(kind: "good" | "bad" | "note", title: string, detail: string): HTMLElement {
  const mark = { good: "\u2714", bad: "\u2718", note: "\u2022" }[kind];
  return element(
    "p",
    { class: `verdict ${kind}` },
    element("span", { "aria-hidden": "true" }, mark),
    element("strong", {}, title),
    element("span", { class: "quiet" }, detail),
  );
}

function report(report: RunReport, open: Open): Node[] {
  const attempts = report.attempts.length === 1 ? "1 attempt" : `${report.attempts.length} attempts`;
  const detail = `${attempts}, ${report.durationMs} ms, Python ${report.python}`;
  const title = report.success ? "Successful" : "Failed";
  return [
    verdict(report.success ? "good" : "bad", title, detail),
    ...(report.error === null ? [] : [failure(report.error, open)]),
    ...output(report),
    ...logs(report),
    ...attemptsAndSchedule(report),
  ];
}

function failure(error: Failure, open: Open): HTMLElement {
  const frames = error.traceback.map(({ path, line, function: name }) =>
    element(
      "li",
      {},
      element("button", { type: "button", class: "link", click: () => open(path, line) }, `${path}:${line}`),
      ` in ${name}`,
    ),
  );
  return section(error.type, element("pre", {}, error.message), element("ol", { class: "frames" }, ...frames));
}

/** The seven fields of the output model; the empty ones are told in one line. */
function output(report: RunReport): Node[] {
  if (report.output === null) {
    return [];
  }
  const all = Object.entries(report.output);
  const full = all.filter(([, value]) => !isEmpty(value));
  const empty = all.filter(([, value]) => isEmpty(value)).map(([name]) => name);
  const rows = full.map(([name, value]) => [element("code", {}, name), element("pre", {}, shown(value))]);
  const parts: Node[] = [table("Output", ["Field", "Value"], rows)];
  if (empty.length > 0) {
    parts.push(element("p", { class: "quiet" }, `Empty: ${empty.join(", ")}`));
  }
  const keys = Object.entries(report.keyFields);
  if (keys.length > 0) {
    parts.push(table("Key fields", ["Name", "Value"], keys.map(([name, value]) => [name, shown(value)])));
  }
  if (report.events.length > 0) {
    const names = [...new Set(report.events.flatMap((event) => Object.keys(event)))];
    const cell = (value: unknown) => (value === undefined ? "" : shown(value));
    parts.push(table("Events", names, report.events.map((event) => names.map((name) => cell(event[name])))));
  }
  return parts;
}

function isEmpty(value: unknown): boolean {
  const isBare = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value === "" || value === null || isBare;
}

function logs(report: RunReport): Node[] {
  const parts: Node[] = [];
  if (report.logs.length > 0) {
    const lost = report.logsLost ? [element("p", { class: "quiet" }, "D3 would not show them: no output model came back.")] : [];
    const lines = report.logs.map((line) => element("li", {}, line));
    parts.push(section("Logs", ...lost, element("ol", { class: "logs" }, ...lines)));
  }
  if (report.stdout !== "") {
    parts.push(section("Printed (D3 shows none of it)", element("pre", {}, report.stdout)));
  }
  return parts;
}

function attemptsAndSchedule(report: RunReport): Node[] {
  const parts: Node[] = [];
  const wasRetried = report.attempts.length > 1 || report.attempts.some(({ delay }) => delay !== null);
  if (wasRetried) {
    const rows = report.attempts.map(({ retrycount, outcome, delay }) => [
      String(retrycount),
      outcome,
      delay === null ? "" : `${delay} s`,
    ]);
    parts.push(table("Attempts", ["retrycount", "Outcome", "Delay before the next"], rows));
  }
  if (report.schedule.length > 0) {
    const rows = report.schedule.map(({ now, StartTime, EndTime, success }) => [
      now,
      StartTime,
      EndTime,
      success ? "successful" : "failed",
    ]);
    parts.push(table("Schedule", ["Time", "StartTime", "EndTime", "Outcome"], rows));
  }
  return parts;
}
