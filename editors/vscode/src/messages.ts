// What the extension and the run panel's page tell each other.
import type { Parameter, RunReport } from "./protocol";

/** A command that can be run, and what its fields hold at first. */
export interface Form {
  /** Another form has another number; the page keeps what was typed as long as it stays the same. */
  id: number;
  command: string;
  /** The name that D3 shows. */
  title: string;
  inputs: Parameter[];
  connection: Parameter[];
  /** The command's test cases. */
  cases: { uri: string; name: string }[];
  values: Values;
  /** Whether there is a script as last submitted. */
  hasLive: boolean;
}

/** What the fields hold. Every value is a text, as in D3's own form. */
export interface Values {
  /** The address of the test case whose recorded answers are taken; empty for none. */
  case: string;
  inputs: Record<string, string>;
  connection: Record<string, string>;
  now: string;
  schedule: string;
  interval: string;
  live: boolean;
}

export type Outcome =
  | { kind: "none" }
  | { kind: "asking"; missing: string[] }
  | { kind: "running" }
  | { kind: "cancelled" }
  | { kind: "refused"; message: string }
  | { kind: "done"; report: RunReport };

/** To the page. */
export interface State {
  form: Form | null;
  outcome: Outcome;
}

/** From the page. */
export type Request =
  | { type: "ready" }
  | { type: "choose" }
  | { type: "case"; case: string }
  | { type: "run"; values: Values }
  | { type: "cancel" }
  | { type: "open"; path: string; line: number };
