// Runs of one command: asks for what was not given, remembers it, and shows what came of it.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Form, Outcome, Values } from "./messages";
import type { RunPanel } from "./panel";
import { choose, chooseCommand } from "./projects";
import type { CaseFile, Command, Parameter, Project, RunArguments, RunReport } from "./protocol";
import { Refused, type Server } from "./server";
import { mayRun } from "./trust";

/** The command whose form the panel shows. */
interface Subject {
  uri: string;
  /** What the values are remembered under. */
  manifest: string;
  command: Command;
  connection: Parameter[];
  hasLive: boolean;
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
    panel.onCase((uri) => void this.take(uri));
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
    const command = await chooseCommand(project, this.subject?.command.internalName);
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
    const { manifest, connection = [], liveScript } = project;
    const subject = { uri: args.uri, manifest: manifest ?? args.uri, command, connection, hasLive: liveScript !== null };
    this.subject = subject;
    const isBare = args.inputs === undefined && args.connection === undefined;
    const wanted = args.case ?? (isBare ? (this.rememberedCase(subject) ?? command.cases[0]) : undefined) ?? "";
    const form = await this.form(subject, args, command.cases.includes(wanted) ? wanted : "");
    const isMissing = (given: Record<string, string>) => (parameter: Parameter) =>
      parameter.required && given[parameter.parameterName] === "";
    const { values } = form;
    const missing = [...command.inputs.filter(isMissing(values.inputs)), ...connection.filter(isMissing(values.connection))];
    // A case may leave out of the connection what its command does not read.
    if (values.case === "" && missing.length > 0) {
      await this.panel.show({ form, outcome: { kind: "asking", missing: missing.map((one) => one.parameterName) } });
      return undefined;
    }
    await this.panel.show({ form, outcome: { kind: "running" } });
    return this.runForm(values);
  }

  /** Fills the form with what a test case gives, or with what was run last. */
  private async take(uri: string): Promise<void> {
    // What is under way was asked for with other values.
    this.running?.cancel();
    this.running = undefined;
    if (this.subject !== undefined) {
      await this.panel.show({ form: await this.form(this.subject, {}, uri), outcome: { kind: "none" } });
    }
  }

  /** The form: its fields hold what `args` gives, else what the test case does, or without one what was run last. */
  private async form(subject: Subject, args: Partial<RunArguments>, chosen: string): Promise<Form> {
    const { command, connection, hasLive } = subject;
    const known = chosen === "" ? await this.remembered(subject) : await readCase(chosen);
    const held = (parameters: Parameter[], ...given: (CaseFile["inputs"])[]) =>
      fill(parameters, Object.assign({}, ...given.map((one) => texts(one, parameters))), chosen === "");
    const values: Values = {
      case: chosen,
      inputs: held(command.inputs, known.inputs, args.inputs),
      connection: held(connection, known.connection, args.connection),
      now: args.now ?? known.now ?? "",
      schedule: args.schedule?.toString() ?? "",
      interval: args.interval ?? "",
      live: args.live ?? false,
    };
    const { internalName, displayName, inputs } = command;
    this.forms += 1;
    const cases = command.cases.map((uri) => ({ uri, name: nameOf(uri) }));
    return { id: this.forms, command: internalName, title: displayName ?? internalName, inputs, connection, cases, values, hasLive };
  }

  /** Runs the command of the form with what its fields hold. */
  private async runForm(values: Values): Promise<RunReport | undefined> {
    const subject = this.subject;
    if (subject === undefined) {
      return undefined;
    }
    const { command, uri } = subject;
    await this.context.workspaceState.update(caseKey(subject), values.case);
    if (values.case === "") {
      await this.context.workspaceState.update(inputsKey(subject), values.inputs);
      await this.context.secrets.store(connectionKey(subject), JSON.stringify(values.connection));
    }
    const connection = values.case === "" ? {} : ((await readCase(values.case)).connection ?? {});
    return this.execute({
      uri,
      command: command.internalName,
      inputs: Object.fromEntries(command.inputs.map((input) => [input.parameterName, typed(input, values.inputs)])),
      connection: changed(connection, values.connection),
      ...(values.case === "" ? {} : { case: values.case }),
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

  /** The case that the command was run with last; empty if it was run without. */
  private rememberedCase(subject: Subject): string | undefined {
    return this.context.workspaceState.get<string>(caseKey(subject));
  }

  /** Connections hold keys, so they are kept where VS Code keeps secrets. */
  private async remembered(subject: Subject): Promise<CaseFile> {
    const connection = JSON.parse((await this.context.secrets.get(connectionKey(subject))) ?? "{}") as Record<string, string>;
    return { inputs: this.context.workspaceState.get(inputsKey(subject), {}), connection };
  }
}

/** What a test case gives, as the editor holds it. What is wrong with a file, the server says when it runs. */
async function readCase(uri: string): Promise<CaseFile> {
  try {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    return JSON.parse(document.getText()) as CaseFile;
  } catch {
    return {};
  }
}

function nameOf(uri: string): string {
  return path.posix.basename(vscode.Uri.parse(uri).path, ".json");
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
  return `inputs ${subject.manifest} ${subject.command.internalName}`;
}

function caseKey(subject: Subject): string {
  return `case ${subject.manifest} ${subject.command.internalName}`;
}

function connectionKey(subject: Subject): string {
  return `connection ${subject.manifest}`;
}

/** What each field holds: what is known, else the default, else the sample if there is to be one. */
function fill(parameters: Parameter[], known: Record<string, string>, samples: boolean): Record<string, string> {
  const value = (parameter: Parameter) =>
    known[parameter.parameterName] ?? (text(parameter.default) || (samples ? text(parameter.sample) : ""));
  return Object.fromEntries(parameters.map((parameter) => [parameter.parameterName, value(parameter)]));
}

/** A connection with what the fields hold. What they do not change keeps its type, which no field shows. */
function changed(connection: Record<string, unknown>, fields: Record<string, string>): Record<string, unknown> {
  const isChanged = ([name, value]: [string, string]) => value !== text(connection[name]);
  const changes = Object.entries(fields).filter(isChanged);
  const kept = Object.entries(connection).filter(([name]) => !changes.some(([other]) => other === name));
  return Object.fromEntries([...kept, ...changes.filter(([, value]) => value !== "")]);
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
