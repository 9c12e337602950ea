// Runs inside VS Code's extension host, against the installed extension.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const root = vscode.workspace.workspaceFolders[0].uri;
const at = (...parts) => vscode.Uri.joinPath(root, ...parts);

/** How long anything may take, in milliseconds. */
const PATIENCE = 60_000;

/** Asks until the answer is there, whenever something changes that may bring it. */
async function until(what, ask) {
  const end = Date.now() + PATIENCE;
  let last;
  while (Date.now() < end) {
    last = await ask();
    if (last) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`there is no ${what} after ${PATIENCE / 1000} s`);
}

const ours = (uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source?.startsWith("d3ls"));
const codes = (uri) => ours(uri).map(({ code }) => (typeof code === "object" ? code.value : code));

async function show(...parts) {
  const document = await vscode.workspace.openTextDocument(at(...parts));
  return vscode.window.showTextDocument(document);
}

/** The place just behind a text in a document. */
function behind(document, text) {
  const found = document.getText().indexOf(text);
  assert.notEqual(found, -1, `the document does not hold ${text}`);
  return document.positionAt(found + text.length);
}

async function lens(uri, line, title) {
  return until(`lens ${title}`, async () => {
    const lenses = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri);
    return lenses.find((one) => one.range.start.line === line && one.command?.title.startsWith(title));
  });
}

const tests = {
  async "the installed package is what runs"() {
    const extension = vscode.extensions.getExtension("d3ls.d3ls");
    assert.ok(extension, "the extension is not installed");
    assert.notEqual(extension.extensionPath, process.env.D3LS_TEST_SOURCE);
    await extension.activate();
    const version = execFileSync(path.join(extension.extensionPath, "bin/d3ls"), ["--version"], { encoding: "utf8" });
    assert.equal(version.trim(), `d3ls ${extension.packageJSON.version}`);
  },

  async "findings show, with their codes"() {
    const { document } = await show("faulty", "script.py");
    const found = await until("finding", () => ours(document.uri).length >= 5 && ours(document.uri));
    assert.deepEqual(codes(document.uri).sort(), ["D3201", "D3307", "D3312", "D3402", "D3801"]);
    const reserved = found.find(({ message }) => message.includes("APIError"));
    assert.equal(document.getText(reserved.range), "APIError");
    assert.equal(reserved.severity, vscode.DiagnosticSeverity.Error);
  },

  async "a quick fix repairs what it is for"() {
    const { document } = await show("faulty", "script.py");
    const start = behind(document, "return pb.returnOutputModel(answer.json(), ").translate(0, 1);
    const range = new vscode.Range(start, start);
    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, range, "quickfix");
    const fix = actions.find(({ title }) => title === "Change to `Successful`");
    assert.ok(fix, `the actions are ${actions.map(({ title }) => title)}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /"Successful", "", "", answer/);
    await until("repaired script", () => !codes(document.uri).includes("D3307"));
    await vscode.commands.executeCommand("workbench.action.files.revert");
  },

  async "connection keys complete"() {
    const { document } = await show("faulty", "script.py");
    const place = behind(document, 'runtime["connector"]["');
    const { items } = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", document.uri, place, '"');
    const labels = items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes("serverurl") && labels.includes("apikey"), `the items are ${labels.slice(0, 20)}`);
  },

  async "a hover tells what D3 knows"() {
    const { document } = await show("faulty", "script.py");
    const place = behind(document, "pb.returnOutput");
    const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, place);
    const text = hovers.flatMap(({ contents }) => contents.map((content) => content.value ?? content)).join("\n");
    assert.match(text, /passdownData/);
  },

  async "ordinary Python is left alone"() {
    const { document } = await show("ordinary.py");
    const other = await show("faulty", "script.py");
    await until("finding elsewhere", () => ours(other.document.uri).length > 0);
    assert.deepEqual(ours(document.uri), []);
  },

  async "a manifest's values complete once"() {
    const { document } = await show("broken", "d3.json");
    await until("finding", () => codes(document.uri).includes("D3903"));
    const place = behind(document, '"kind": "');
    // VS Code's own JSON support may still be starting.
    const values = await until("value", async () => {
      const { items } = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", document.uri, place, '"');
      const plain = items.map(({ label }) => (typeof label === "string" ? label : label.label).replaceAll('"', ""));
      return plain.includes("utility") && plain;
    });
    assert.equal(values.filter((label) => label === "utility").length, 1, `the items are ${values}`);
  },

  async "a manifest's keys are explained once"() {
    const { document } = await show("broken", "d3.json");
    const place = behind(document, '"ki');
    // VS Code's own JSON support may still be starting.
    const said = await until("texts of both", async () => {
      const found = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, place);
      const parts = found.flatMap((hover) => hover.contents.map((part) => part.value ?? part));
      return parts.length > 1 && parts.join("\n");
    });
    assert.equal(said.split("each command has its own script").length, 2, said);
    assert.match(said, /required/);
  },

  async "the lens above a function runs it"() {
    const { document } = await show("acme", "script.py");
    const line = behind(document, "\ndef TestConnection").line;
    const { command } = await lens(document.uri, line, "Run");
    const given = { ...command.arguments[0], connection: { serverurl: "https://edr.example", apikey: "example-key-1" } };
    const report = await vscode.commands.executeCommand(command.command, given);
    assert.equal(report.command, "TestConnection");
    assert.equal(report.success, false, "there is no network");
    assert.match(report.output.errors, /no recorded entry answers GET https:\/\/edr\.example/);
    const remembered = await vscode.commands.executeCommand(command.command, command.arguments[0]);
    assert.match(remembered.output.errors, /https:\/\/edr\.example/, "the connection was not remembered");
  },

  async "a failed run marks the line"() {
    const { document } = await show("raises", "script.py");
    const { command } = await lens(document.uri, behind(document, "def Divide").line, "Run");
    const report = await vscode.commands.executeCommand(command.command, { ...command.arguments[0], inputs: { by: "0" } });
    assert.equal(report.error.type, "ZeroDivisionError");
    const failure = await until("mark of the failure", () => ours(document.uri).find(({ source }) => source === "d3ls run"));
    assert.equal(failure.range.start.line, behind(document, "return 1 / by").line);
  },

  async "a run takes a test case, or the inputs that were given last"() {
    const { document } = await show("soc", "IsInternalAddress.py");
    const { command } = await lens(document.uri, behind(document, "def IsInternalAddress").line, "Run");
    const [args] = command.arguments;
    const run = (more) => vscode.commands.executeCommand(command.command, { ...args, ...more });
    const first = await run({});
    assert.deepEqual([first.success, first.output.result], [true, "198.18.7.9"], "it took no case");
    const other = at("soc", "tests", "IsInternalAddress-outside.json").toString();
    assert.equal((await run({ case: other })).output.returnData, false);
    assert.equal((await run({})).output.returnData, false, "the case was not remembered");
    assert.deepEqual((await run({ inputs: { address: "10.1.2.3" } })).output.returnData, true);
    assert.equal((await run({})).output.result, "10.1.2.3", "the inputs were not remembered");
  },

  async "a case's recorded answers are given"() {
    const { document } = await show("acme", "script.py");
    const { command } = await lens(document.uri, behind(document, "\ndef GetAlert").line, "Run");
    const report = await vscode.commands.executeCommand(command.command, command.arguments[0]);
    assert.deepEqual([report.error, report.success], [null, true]);
  },

  async "the other lens runs the function's test cases"() {
    const { document } = await show("acme", "script.py");
    const { command } = await lens(document.uri, behind(document, "\ndef CheckDevice").line, "Test (4)");
    const report = await vscode.commands.executeCommand(command.command, ...command.arguments);
    const outcomes = Object.fromEntries(report.cases.map((one) => [path.basename(one.path), one.outcome]));
    assert.equal(report.cases.length, 4);
    assert.equal(outcomes["CheckDevice-at-risk.json"], "failed");
    assert.deepEqual(Object.values(outcomes).sort(), ["failed", "passed", "passed", "passed"]);
  },

  async "the final script is shown, follows edits and leads back"() {
    const { document } = await show("acme", "script.py");
    await vscode.commands.executeCommand("d3ls.finalScript");
    const final = await until("final script", () => vscode.window.activeTextEditor?.document.uri.scheme === "d3ls-final" && vscode.window.activeTextEditor.document);
    const system = fs.readFileSync(at("acme", "system.py").fsPath, "utf8");
    assert.ok(final.getText().startsWith(system.slice(0, 200)), "the system script does not come first");
    assert.ok(final.getText().includes("def TestConnection"));
    const place = behind(final, "def fetchIncident");
    const [definition] = await vscode.commands.executeCommand("vscode.executeDefinitionProvider", final.uri, place);
    assert.equal(definition.uri.fsPath, document.uri.fsPath);
    assert.equal(definition.range.start.line, behind(document, "def fetchIncident").line);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(document.lineCount, 0), "\nADDED = 1\n");
    await vscode.workspace.applyEdit(edit);
    await until("followed edit", () => final.getText().includes("ADDED = 1"));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  },

  async "Draft is compared with Live"() {
    await show("acme", "script.py");
    await vscode.commands.executeCommand("d3ls.compare");
    const input = await until("diff", () => {
      const shown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return shown instanceof vscode.TabInputTextDiff && shown;
    });
    assert.deepEqual([input.original.fsPath, input.modified.fsPath], [at("acme", "live", "script.py").fsPath, at("acme", "script.py").fsPath]);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  },

  async "a manifest is made from a script"() {
    const { document } = await show("plain", "script.py");
    await vscode.commands.executeCommand("d3ls.init");
    const manifest = JSON.parse(fs.readFileSync(at("plain", "d3.json").fsPath, "utf8"));
    assert.deepEqual(manifest.commands.map(({ internalName }) => internalName), ["CheckDevice"]);
    assert.equal(vscode.window.activeTextEditor.document.uri.fsPath, at("plain", "d3.json").fsPath);
    assert.equal(document.isDirty, false);
  },

  async "the probe for the image is shown"() {
    await vscode.commands.executeCommand("d3ls.imageProbe");
    const { document } = vscode.window.activeTextEditor;
    assert.deepEqual([document.isUntitled, document.languageId], [true, "python"]);
    assert.match(document.getText(), /^def \w+/m);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  async "what is to be pasted into D3 is shown"() {
    await show("acme", "script.py");
    await vscode.commands.executeCommand("d3ls.export");
    const { document } = vscode.window.activeTextEditor;
    assert.match(document.getText(), /def fetchIncident/);
    assert.match(document.getText(), /Tenant ID/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  async "a server that ends is started again"() {
    const { document } = await show("faulty", "script.py");
    const { pid } = server();
    process.kill(pid, "SIGKILL");
    await until("new server", () => ![undefined, pid].includes(server()?.pid));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(document.lineCount, 0), "\n\nclass APIError: pass\n");
    await vscode.workspace.applyEdit(edit);
    await until("findings of the new server", () => codes(document.uri).filter((code) => code === "D3201").length === 2);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  },

  async "Restart Server leaves one server"() {
    const { pid } = server();
    await vscode.commands.executeCommand("d3ls.restart");
    assert.notEqual(server().pid, pid);
  },
};

/** The language server of this extension host; there may be one only. */
function server() {
  const children = fs.readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ");
  const servers = children.filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("d3ls\0server");
    } catch {
      return false;
    }
  });
  assert.ok(servers.length <= 1, `there are ${servers.length} servers`);
  return servers.length === 0 ? undefined : { pid: Number(servers[0]) };
}

exports.run = async () => {
  let failed = 0;
  const wanted = process.env.D3LS_TEST_ONLY ?? "";
  for (const [name, test] of Object.entries(tests).filter(([name]) => name.includes(wanted))) {
    try {
      await test();
      console.log(`ok ${name}`);
    } catch (problem) {
      failed += 1;
      console.log(`FAILED ${name}\n${problem.stack.slice(0, 1500)}`);
    }
  }
  if (failed > 0) {
    throw new Error(`${failed} failed`);
  }
};
