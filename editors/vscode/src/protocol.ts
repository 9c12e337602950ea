// What the server speaks beside the standard protocol. docs/protocol.md in the repository is the reference.

/** An input, or a connection parameter, as the manifest declares it. */
export interface Parameter {
  parameterName: string;
  displayName: string | null;
  /** One of D3's types; `null` where nothing declares it. */
  type: string | null;
  required: boolean;
  default?: unknown;
  sample?: unknown;
  description?: string | null;
  options?: string[];
  secret?: boolean;
}

export interface Command {
  internalName: string;
  displayName: string | null;
  inputs: Parameter[];
  /** The addresses of its test cases, in the order in which a run would take one. */
  cases: string[];
}

/** The answer to `d3ls/project`. */
export interface Project {
  manifest: string | null;
  kind: "integration" | "utility" | null;
  name: string | null;
  script: string | null;
  liveScript: string | null;
  systemScript: string | null;
  commands: Command[];
  connection?: Parameter[];
  image: { path: string | null; python: string };
  python: { path: string; version: string } | null;
}

/** The argument of `d3ls.run`. */
export interface RunArguments {
  uri: string;
  command: string;
  inputs?: Record<string, unknown> | unknown[];
  connection?: Record<string, unknown>;
  /** The address of a test case. */
  case?: string;
  now?: string;
  schedule?: number;
  interval?: string;
  live?: boolean;
}

/** What a test case's file gives a run; it has more. */
export interface CaseFile {
  inputs?: Record<string, unknown> | unknown[];
  connection?: Record<string, unknown>;
  now?: string;
}

export interface Failure {
  type: string;
  message: string;
  traceback: { path: string; line: number; function: string }[];
}

/** The result of `d3ls.run`: what `d3ls run --format json` prints. */
export interface RunReport {
  command: string;
  success: boolean;
  output: Record<string, unknown> | null;
  keyFields: Record<string, unknown>;
  events: Record<string, unknown>[];
  logs: string[];
  logsLost: boolean;
  stdout: string;
  attempts: { retrycount: number; outcome: string; delay: number | null }[];
  schedule: { now: string; StartTime: string; EndTime: string; success: boolean }[];
  error: Failure | null;
  python: string;
  durationMs: number;
}

/** The argument of `d3ls.test`. */
export interface TestArguments {
  uri: string;
  command?: string;
  cases?: string[];
}

export type Outcome = "passed" | "failed" | "error";

/** One case in the result of `d3ls.test`. */
export interface CaseReport {
  path: string;
  command: string;
  outcome: Outcome;
  message: string | null;
  mismatches: { path: string; expected: unknown; actual: unknown }[];
  notes: string[];
  error: Failure | null;
  logs: string[];
  durationMs: number;
}

/** The result of `d3ls.test`: what `d3ls test --format json` prints. */
export interface TestReport {
  cases: CaseReport[];
}

/** The notification `d3ls/testCase`. */
export interface CaseNotification {
  token: string | number | null;
  uri: string;
  outcome: Outcome;
  message: string | null;
  durationMs: number;
}

interface Place {
  line: number;
  character: number;
}

/** One case in the answer to `d3ls/testCases`. */
export interface TestCase {
  uri: string;
  name: string;
  command: string;
  manifest: string;
  script: string | null;
  range: { start: Place; end: Place } | null;
}

/** The answer to `d3ls/finalScript`. Lines count from 0; `end` is behind the last one. */
export interface FinalScript {
  text: string;
  complete: boolean;
  lines: { start: number; end: number; uri: string; line: number }[];
}
