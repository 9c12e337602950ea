// The Test Explorer: manifests, their commands, and the test cases of each.
import * as vscode from "vscode";
import type { CaseNotification, CaseReport, TestArguments, TestCase, TestReport } from "./protocol";
import { Refused, type Server } from "./server";
import { mayRun } from "./trust";

/** What a change of may add or remove a case, or move a command. */
const WATCHED = ["**/d3.json", "**/tests/*.json"];

/** How long to wait for further changes before cases are looked for again, in milliseconds. */
const QUIET = 300;

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("d3ls", "D3");
  private readonly disposables: vscode.Disposable[] = [this.controller];
  private readonly cases = new Map<string, vscode.TestItem>();
  private pending: NodeJS.Timeout | undefined;
  private runs = 0;

  constructor(
    private readonly server: Server,
    private readonly output: vscode.LogOutputChannel,
  ) {
    const run = async (request: vscode.TestRunRequest) => void (await this.run(request));
    this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, run, true);
    this.controller.refreshHandler = () => this.refresh();
    this.controller.resolveHandler = async (item) => (item === undefined ? this.refresh() : undefined);
    const later = () => this.refreshLater();
    this.disposables.push(
      server.onDidChange(later),
      vscode.workspace.onDidChangeWorkspaceFolders(later),
      vscode.workspace.onDidSaveTextDocument((document) => (document.languageId === "python" ? later() : undefined)),
    );
    for (const pattern of WATCHED) {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      this.disposables.push(watcher, watcher.onDidChange(later), watcher.onDidCreate(later), watcher.onDidDelete(later));
    }
  }

  dispose(): void {
    clearTimeout(this.pending);
    this.disposables.forEach((disposable) => disposable.dispose());
  }

  /** Runs what the lens above a function names, or all there is. */
  async runNamed(args?: TestArguments): Promise<TestReport | undefined> {
    if (!(await mayRun())) {
      return undefined;
    }
    await this.refresh();
    const wanted = args === undefined ? undefined : await this.named(args);
    if (wanted?.length === 0 || this.controller.items.size === 0) {
      void vscode.window.showWarningMessage("There is no test case for this. One is a file `tests/NAME.json` beside the d3.json.");
      return undefined;
    }
    await vscode.commands.executeCommand("workbench.panel.testResults.view.focus", { preserveFocus: true });
    return this.run(new vscode.TestRunRequest(wanted));
  }

  private async named({ uri, command, cases }: TestArguments): Promise<vscode.TestItem[]> {
    const found = await this.server.ask<TestCase[]>("d3ls/testCases", { uri });
    const isNamed = (one: TestCase) =>
      (command === undefined || one.command === command) && (cases === undefined || cases.includes(one.uri));
    return found.filter(isNamed).flatMap((one) => this.cases.get(key(one.uri)) ?? []);
  }

  private refreshLater(): void {
    clearTimeout(this.pending);
    this.pending = setTimeout(() => void this.refresh(), QUIET);
  }

  private async refresh(): Promise<void> {
    if (!this.server.isRunning) {
      return;
    }
    try {
      this.lay(await this.server.ask<TestCase[]>("d3ls/testCases", {}));
    } catch (problem) {
      // A server from before test cases; the explorer stays empty.
      this.output.warn(String(problem));
    }
  }

  /** Lays out the tree anew. Items of the same id keep their results. */
  private lay(found: TestCase[]): void {
    this.cases.clear();
    const manifests = new Map<string, vscode.TestItem>();
    const commands = new Map<string, vscode.TestItem>();
    const children = new Map<vscode.TestItem, vscode.TestItem[]>();
    const under = (parent: vscode.TestItem, child: vscode.TestItem) => children.get(parent)?.push(child);
    const make = (id: string, label: string, uri: vscode.Uri | undefined) => {
      const item = this.controller.createTestItem(id, label, uri);
      children.set(item, []);
      return item;
    };
    for (const one of found) {
      const manifest = vscode.Uri.parse(one.manifest);
      const top = manifests.get(one.manifest) ?? make(one.manifest, nameOf(manifest), manifest);
      manifests.set(one.manifest, top);
      const id = `${one.manifest}#${one.command}`;
      let command = commands.get(id);
      if (command === undefined) {
        command = make(id, one.command, one.script === null ? undefined : vscode.Uri.parse(one.script));
        if (one.range !== null) {
          command.range = new vscode.Range(one.range.start.line, one.range.start.character, one.range.end.line, one.range.end.character);
        }
        commands.set(id, command);
        under(top, command);
      }
      const uri = vscode.Uri.parse(one.uri);
      const item = make(one.uri, one.name, uri);
      item.range = new vscode.Range(0, 0, 0, 0);
      under(command, item);
      this.cases.set(key(one.uri), item);
    }
    for (const [item, below] of children) {
      item.children.replace(below);
    }
    this.controller.items.replace([...manifests.values()]);
  }

  private async run(request: vscode.TestRunRequest): Promise<TestReport | undefined> {
    if (!(await mayRun())) {
      return undefined;
    }
    const run = this.controller.createTestRun(request);
    const groups = this.wanted(request);
    const report: TestReport = { cases: [] };
    try {
      for (const items of groups.values()) {
        items.forEach((item) => run.enqueued(item));
      }
      for (const [manifest, items] of groups) {
        if (!run.token.isCancellationRequested) {
          report.cases.push(...(await this.runGroup(run, manifest, items)));
        }
      }
    } finally {
      run.end();
    }
    return report;
  }

  /** The cases of a request, by manifest. */
  private wanted(request: vscode.TestRunRequest): Map<string, vscode.TestItem[]> {
    const groups = new Map<string, vscode.TestItem[]>();
    const excluded = new Set(request.exclude);
    const visit = (item: vscode.TestItem) => {
      if (excluded.has(item)) {
        return;
      }
      const manifest = item.parent?.parent;
      if (manifest === undefined) {
        item.children.forEach(visit);
      } else {
        const group = groups.get(manifest.id) ?? [];
        groups.set(manifest.id, [...group.filter((known) => known !== item), item]);
      }
    };
    (request.include ?? [...this.controller.items].map(([, item]) => item)).forEach(visit);
    return groups;
  }

  /** One request to the server. Passed cases show at once; what a failed one expected comes with the report. */
  private async runGroup(run: vscode.TestRun, manifest: string, items: vscode.TestItem[]): Promise<CaseReport[]> {
    this.runs += 1;
    const workDoneToken = `d3ls-test-${this.runs}`;
    const open = new Map(items.map((item) => [key(item.id), item]));
    const ended = new Map<vscode.TestItem, CaseNotification>();
    const listening = this.server.onCase((done) => {
      const item = open.get(key(done.uri));
      if (item === undefined || done.token !== workDoneToken) {
        return;
      }
      if (done.outcome === "passed") {
        run.passed(item, done.durationMs);
        open.delete(key(done.uri));
      } else {
        ended.set(item, done);
      }
    });
    items.forEach((item) => run.started(item));
    try {
      const args: TestArguments = { uri: manifest, cases: items.map((item) => item.id) };
      const { cases } = await this.server.execute<TestReport>("d3ls.test", args, run.token, workDoneToken);
      for (const one of cases) {
        const item = items.find((item) => isAt(item, one.path));
        if (item !== undefined) {
          tell(run, item, one, open.delete(key(item.id)));
        }
      }
      for (const item of open.values()) {
        run.errored(item, new vscode.TestMessage("d3ls did not say what came of this case. `D3: Show Output` may tell more."));
      }
      return cases;
    } catch (problem) {
      for (const item of open.values()) {
        const done = ended.get(item);
        if (done !== undefined) {
          const message = new vscode.TestMessage(done.message ?? done.outcome);
          (done.outcome === "failed" ? run.failed : run.errored).call(run, item, message, done.durationMs);
        } else if (problem instanceof vscode.CancellationError) {
          run.skipped(item);
        } else {
          run.errored(item, new vscode.TestMessage(problem instanceof Refused ? problem.message : String(problem)));
        }
      }
      return [];
    } finally {
      listening.dispose();
    }
  }
}

/** Shows what came of one case; its state only if it `isOpen` still. */
function tell(run: vscode.TestRun, item: vscode.TestItem, one: CaseReport, isOpen: boolean): void {
  const line = (text: string) => run.appendOutput(`${text.replaceAll("\n", "\r\n")}\r\n`, undefined, item);
  line(`${one.outcome} ${one.command}: ${item.label}`);
  [...one.logs.map((log) => `  log: ${log}`), ...one.notes.map((note) => `  note: ${note}`)].forEach(line);
  if (!isOpen) {
    return;
  }
  if (one.outcome === "passed") {
    run.passed(item, one.durationMs);
    return;
  }
  const messages = messagesOf(one, item);
  messages.forEach(({ message }) => line(`  ${typeof message === "string" ? message : message.value}`));
  (one.outcome === "failed" ? run.failed : run.errored).call(run, item, messages, one.durationMs);
}

/** One message for each difference; an exception stands where it was raised. */
function messagesOf(one: CaseReport, item: vscode.TestItem): vscode.TestMessage[] {
  const messages: vscode.TestMessage[] = [];
  const own = item.uri === undefined ? undefined : new vscode.Location(item.uri, new vscode.Position(0, 0));
  const add = (message: vscode.TestMessage, location = own) => {
    if (location !== undefined) {
      message.location = location;
    }
    messages.push(message);
  };
  if (one.error !== null) {
    const frame = one.error.traceback.at(-1);
    const at = frame === undefined ? undefined : new vscode.Location(resolve(frame.path), new vscode.Position(frame.line - 1, 0));
    add(new vscode.TestMessage(`${one.error.type}: ${one.error.message}`), at);
  }
  for (const { path, expected, actual } of one.mismatches) {
    const message = `${path}: expected ${brief(expected)}, got ${brief(actual)}`;
    add(vscode.TestMessage.diff(message, shown(expected), shown(actual)));
  }
  if (one.message !== null) {
    add(new vscode.TestMessage(one.message));
  }
  return messages.length > 0 ? messages : [new vscode.TestMessage(one.outcome)];
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** A value in one line, cut if it is long. */
function brief(value: unknown): string {
  const whole = JSON.stringify(value);
  return whole.length > 80 ? `${whole.slice(0, 80)}...` : whole;
}

/** The file that a report names: absolute, or relative to the folder that the server was started in. */
function resolve(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:[/\\]/.test(path);
  return isAbsolute || folder === undefined ? vscode.Uri.file(path) : vscode.Uri.joinPath(folder, path);
}

function isAt(item: vscode.TestItem, path: string): boolean {
  return item.uri !== undefined && key(item.uri.toString()) === key(resolve(path).toString());
}

/** The server and VS Code may escape one address in two ways. */
function key(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}

/** A manifest is called by its folder. */
function nameOf(manifest: vscode.Uri): string {
  return vscode.workspace.asRelativePath(vscode.Uri.joinPath(manifest, ".."));
}
