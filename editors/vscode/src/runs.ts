// Runs of one command: asks for what was not given, remembers it, and shows what came of it.
import * as vscode from "vscode";
import type { Form, Outcome, Values } from "./messages";
import type { RunPanel } from "./panel";
import { choose, chooseCommand } from "./projects";
import type { Command, Parameter, Project, RunArguments, RunReport } from "./protocol";
import { Refused, type Server } from "./server";
import { mayRun } from "./trust";

/** The command whose form the panel shows. */
interface Subject {
  uri: string;
  /** What the values are remembered under. */
  manifest: string;
  command: string;
  inputs: Parameter[];
}

export class Runs {
  private subject: Subject | undefined;
  private running: vscode.CancellationTokenSource | undefined;
  private forms = 0;

  constructor(
    private readonly server: Server,
    private readonly panel: RunPanel,
    private readonly context: vscode.ExtensionContext,
  ) {
    panel.onRun((values) => void this.runForm(values));
    panel.onCancel(() => this.running?.cancel());
    panel.onChoose(() => void this.pick(undefined));
  }

  /** Lets the user choose a command of a project, and runs it. */
  async pick(uri: vscode.Uri | undefined): Promise<void> {
    if (!(await mayRun())) {
      return;
    }
    const project = await choose(this.server, uri);
    if (project?.manifest == null) {
      return;
    }
    const command = await chooseCommand(project, this.subject?.command);
    if (command !== undefined) {
      await this.open({ uri: project.manifest, command: command.internalName }, project, command);
    }
  }

  /** Runs a command that is named, as the lens above its function does. Its result is that of `d3ls.run`. */
  async run(args: RunArguments): Promise<RunReport | undefined> {
    if (!(await mayRun())) {
      return undefined;
    }
    const project = await this.server.project(vscode.Uri.parse(args.uri));
    const command = project?.commands.find((command) => command.internalName === args.command);
    if (project === undefined || command === undefined) {
      // The server knows best what is wrong with the name.
      return this.execute(args);
    }
    return this.open(args, project, command);
  }

  /** Shows the form, and runs at once if it wants nothing. */
  private async open(args: RunArguments, project: Project, command: Command): Promise<RunReport | undefined> {
    const manifest = project.manifest ?? args.uri;
    this.subject = { uri: args.uri, manifest, command: command.internalName, inputs: command.inputs };
    const connection = project.connection ?? [];
    const values: Values = {
      inputs: fill(command.inputs, { ...this.rememberedInputs(), ...texts(args.inputs, command.inputs) }),
      connection: fill(connection, { ...(await this.rememberedConnection()), ...texts(args.connection, connection) }),
      now: args.now ?? "",
      schedule: args.schedule?.toString() ?? "",
      interval: args.interval ?? "",
      live: args.live ?? false,
    };
    const { internalName, displayName, inputs } = command;
    this.forms += 1;
    const hasLive = project.liveScript !== null;
    const title = displayName ?? internalName;
    const form: Form = { id: this.forms, command: internalName, title, inputs, connection, values, hasLive };
    const isMissing = (given: Record<string, string>) => (parameter: Parameter) =>
      parameter.required && given[parameter.parameterName] === "";
    const missing = [...inputs.filter(isMissing(values.inputs)), ...connection.filter(isMissing(values.connection))];
    if (missing.length > 0) {
      await this.panel.show({ form, outcome: { kind: "asking", missing: missing.map((one) => one.parameterName) } });
      return undefined;
    }
    await this.panel.show({ form, outcome: { kind: "running" } });
    return this.runForm(values);
  }

  /** Runs the command of the form with what its fields hold. */
  private async runForm(values: Values): Promise<RunReport | undefined> {
    const subject = this.subject;
    if (subject === undefined) {
      return undefined;
    }
    await this.context.workspaceState.update(inputsKey(subject), values.inputs);
    await this.context.secrets.store(connectionKey(subject), JSON.stringify(values.connection));
    const given = Object.entries(values.connection).filter(([, value]) => value !== "");
    return this.execute({
      uri: subject.uri,
      command: subject.command,
      inputs: Object.fromEntries(subject.inputs.map((input) => [input.parameterName, typed(input, values.inputs)])),
      connection: Object.fromEntries(given),
      ...(values.now === "" ? {} : { now: values.now }),
      ...(values.schedule === "" ? {} : { schedule: Number(values.schedule) }),
      ...(values.interval === "" ? {} : { interval: values.interval }),
      ...(values.live ? { live: true } : {}),
    });
  }

  private async execute(args: RunArguments): Promise<RunReport | undefined> {
    this.running?.cancel();
    const running = new vscode.CancellationTokenSource();
    this.running = running;
    const show = (outcome: Outcome) => (this.running === running ? this.panel.show({ outcome }) : undefined);
    try {
      await show({ kind: "running" });
      const report = await this.server.execute<RunReport>("d3ls.run", args, running.token);
      await show({ kind: "done", report: withShortPaths(report) });
      return report;
    } catch (problem) {
      if (problem instanceof vscode.CancellationError) {
        await show({ kind: "cancelled" });
      } else if (problem instanceof Refused) {
        await show({ kind: "refused", message: problem.message });
      } else {
        throw problem;
      }
      return undefined;
    } finally {
      running.dispose();
    }
  }

  private rememberedInputs(): Record<string, string> {
    return this.subject === undefined ? {} : this.context.workspaceState.get(inputsKey(this.subject), {});
  }

  /** Connections hold keys, so they are kept where VS Code keeps secrets. */
  private async rememberedConnection(): Promise<Record<string, string>> {
    const kept = this.subject === undefined ? undefined : await this.context.secrets.get(connectionKey(this.subject));
    return kept === undefined ? {} : (JSON.parse(kept) as Record<string, string>);
  }
}

/** The report as the panel shows it: paths are as the user knows them. */
function withShortPaths(report: RunReport): RunReport {
  if (report.error === null) {
    return report;
  }
  const short = (path: string) => vscode.workspace.asRelativePath(vscode.Uri.file(path), false);
  const traceback = report.error.traceback.map((frame) => ({ ...frame, path: short(frame.path) }));
  return { ...report, error: { ...report.error, traceback } };
}

function inputsKey(subject: Subject): string {
  return `inputs ${subject.manifest} ${subject.command}`;
}

function connectionKey(subject: Subject): string {
  return `connection ${subject.manifest}`;
}

/** What each field holds: what is known, else the default, else the sample. */
function fill(parameters: Parameter[], known: Record<string, string>): Record<string, string> {
  const value = (parameter: Parameter) =>
    known[parameter.parameterName] ?? (text(parameter.default) || text(parameter.sample));
  return Object.fromEntries(parameters.map((parameter) => [parameter.parameterName, value(parameter)]));
}

/** The server converts texts by the declared type; where none is declared, what can be JSON is. */
function typed({ parameterName, type }: Parameter, values: Record<string, string>): unknown {
  const value = values[parameterName] ?? "";
  if (type !== null) {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function texts(given: Record<string, unknown> | unknown[] | undefined, parameters: Parameter[]): Record<string, string> {
  const named = Array.isArray(given)
    ? parameters.slice(0, given.length).map((parameter, place) => [parameter.parameterName, given[place]] as const)
    : Object.entries(given ?? {});
  return Object.fromEntries(named.map(([name, value]) => [name, text(value)]));
}

/** A value as D3's form would hold it. */
function text(value: unknown): string {
  if (value === undefined || value === null) {
    return "";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
