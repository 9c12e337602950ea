// What a user sees: each test ends in a picture.
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { write } from "./editor.mjs";
import { edit } from "./workspace.mjs";
import { assert, inOrder, Window } from "./page.mjs";

const tests = {
  async "squiggles and the Problems panel"(window) {
    const { page } = window;
    await window.file("faulty/script.py");
    await page.locator(".squiggly-error").first().waitFor();
    await page.locator(".squiggly-warning").first().waitFor();
    await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).waitFor();
    await page.locator('[id="status.problems"]').waitFor();
    await window.command("View: Toggle Problems");
    await page.locator(".markers-panel .monaco-list-row", { hasText: "APIError" }).waitFor();
    await window.picture("vscode-problems");
    await window.command("View: Hide Panel");
  },

  async "a quick fix"(window) {
    const { page } = window;
    await window.place(15, 50);
    // Then the actions are known; a list that is asked for before closes again when they change.
    await page.locator('[class*="lightbulb" i]:visible').first().waitFor();
    await page.keyboard.press("Control+.");
    const fix = page.locator(".action-widget .monaco-list-row", { hasText: "Change to `Successful`" });
    await fix.waitFor();
    await window.picture("vscode-quick-fix");
    await fix.click();
    await page.locator(".view-line", { hasText: '"Successful"' }).waitFor();
    await window.command("File: Revert File");
    await page.locator(".view-line", { hasText: '"Succesful"' }).waitFor();
  },

  async "completion"(window) {
    const { page } = window;
    await window.place(10, 1);
    await page.keyboard.press("End");
    await page.keyboard.type('\nkey = runtime["connector"]["');
    await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "apikey" }).waitFor();
    await window.picture("vscode-completion");
    await page.keyboard.press("Escape");
    await window.command("File: Revert File");
  },

  async "hover"(window) {
    const { page } = window;
    await page.locator(".view-line span", { hasText: "returnOutputModel" }).last().hover();
    await page.locator(".monaco-hover:not(.hidden)", { hasText: "passdownData" }).waitFor();
    await window.picture("vscode-hover");
    await page.keyboard.press("Escape");
  },

  async "a manifest's keys complete once"(window) {
    const { page } = window;
    await window.file("jobs/d3.json");
    await window.place(3, 1);
    await page.keyboard.press("End");
    await page.keyboard.type('\n"int');
    const rows = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "internalName" });
    await window.suggest(rows);
    await window.picture("vscode-manifest");
    assert.equal(await rows.count(), 1);
    await page.keyboard.press("Escape");
    await window.command("File: Revert File");
  },

  async "the run panel asks for inputs and shows what came of them"(window) {
    const { page, panel } = window;
    await window.file("jobs/WaitForJob.py");
    await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
    await panel.locator(".verdict", { hasText: "Fill in" }).waitFor();
    assert.equal(await panel.locator("textarea:focus").count(), 1, "the cursor is not in the field that is asked for");
    await page.keyboard.type("job-5");
    await page.keyboard.press("Control+Enter");
    await panel.locator(".verdict.good", { hasText: "Successful" }).waitFor();
    await panel.getByText("job job-5 is done").waitFor();
    assert.equal(await panel.locator("table").filter({ hasText: "retrycount" }).locator("tbody tr").count(), 3);
    await window.pictureOfPanel("vscode-run");
    await panel.getByText("Time and schedule").click();
    await panel.getByLabel("Runs, as a schedule would").fill("2");
    await panel.getByLabel("Time between two runs").fill("15m");
    await page.keyboard.press("Control+Enter");
    const ticks = panel.locator("table").filter({ hasText: "StartTime" }).locator("tbody tr", { hasText: "successful" });
    await ticks.nth(1).waitFor();
    assert.equal(await ticks.count(), 2);
  },

  async "the run panel takes values and answers from a test case"(window) {
    const { panel } = window;
    await window.file("acme/script.py");
    await window.command("D3: Run Command...");
    await window.pick("CheckDevice");
    await panel.getByRole("heading", { name: "Check Device" }).waitFor();
    await panel.locator(".verdict.good", { hasText: "Successful" }).waitFor();
    const host = panel.getByLabel("Host Name");
    assert.equal(await host.inputValue(), "srv-01", "the fields do not hold the case's inputs");
    await window.pictureOfPanel("vscode-run-case");
    await panel.getByLabel("Test case").selectOption("CheckDevice-unknown");
    await panel.locator(".verdict").waitFor({ state: "detached" });
    assert.equal(await host.inputValue(), "srv-99", "the fields do not hold the other case's inputs");
    await panel.getByRole("button", { name: "Run" }).click();
    await panel.locator(".verdict.bad", { hasText: "Failed" }).waitFor();
    await panel.getByText("Acme EDR knows no device named srv-99").first().waitFor();
    await panel.getByLabel("Test case").selectOption("none: no recorded answers");
    await panel.locator(".verdict").waitFor({ state: "detached" });
  },

  async "a run that is cancelled says so"(window) {
    const { panel } = window;
    await window.file("raises/script.py");
    await window.command("D3: Run Command...");
    await window.pick("Wait");
    await panel.locator(".verdict", { hasText: "Running..." }).waitFor();
    await panel.getByRole("button", { name: "Cancel" }).click();
    await panel.locator(".verdict", { hasText: "Cancelled" }).waitFor();
    assert.equal(await panel.getByRole("button", { name: "Cancel" }).isVisible(), false);
  },

  async "a run that fails leads to the line"(window) {
    const { page, panel } = window;
    await window.file("raises/script.py");
    await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).first().click();
    await panel.locator(".verdict.good").waitFor();
    await panel.getByLabel("By").fill("0");
    await panel.getByRole("button", { name: "Run" }).click();
    await panel.locator(".verdict.bad", { hasText: "Failed" }).waitFor();
    await page.locator(".squiggly-error").first().waitFor();
    await window.picture("vscode-run-failed");
    await panel.getByRole("button", { name: /script\.py:7/ }).click();
    await page.locator(".statusbar", { hasText: "Ln 7, Col 1" }).waitFor();
  },

  async "the Test Explorer runs cases and shows each one's result"(window) {
    const { page } = window;
    await window.file("acme/script.py");
    await window.command("Testing: Focus on Test Explorer View");
    const tree = page.locator(".test-explorer");
    const row = (text) => tree.locator(".monaco-list-row", { hasText: text }).first();
    await row("acme").waitFor();
    await row("acme").click();
    await page.keyboard.press("ArrowRight");
    await row("CheckDevice").click();
    await page.keyboard.press("ArrowRight");
    await row("CheckDevice-at-risk").waitFor();
    await row("CheckDevice").hover();
    await row("CheckDevice").getByRole("button", { name: "Run Test" }).click();
    const failed = tree.locator(".monaco-list-row", { hasText: "CheckDevice-at-risk" }).locator(".codicon-testing-failed-icon");
    await failed.waitFor();
    await tree.locator(".monaco-list-row .codicon-testing-passed-icon").nth(2).waitFor();
    // Away from the button, whose hint hides a result.
    await page.locator(".view-line").first().hover();
    await page.locator(".monaco-hover", { hasText: "Run Test" }).waitFor({ state: "hidden" });
    await window.picture("vscode-tests");
  },

  async "a new integration, a command of it, and a copy"(window) {
    const { page } = window;
    const shows = (folder, file) => page.locator(".breadcrumbs-control", { hasText: folder }).filter({ hasText: file }).waitFor();
    await window.command("D3: New Integration...");
    await page.locator(".quick-input-widget", { hasText: "as D3 will show it" }).waitFor();
    await window.answer("Other Product");
    await shows("OtherProduct", "d3.json");
    await window.command("D3: New Command...");
    await window.pick("A command of your own");
    await page.locator(".quick-input-widget", { hasText: "internal name" }).waitFor();
    await window.answer("BlockHost");
    await shows("OtherProduct", "script.py");
    await page.locator(".view-line", { hasText: "def BlockHost" }).waitFor();
    await window.command("D3: Clone Command...");
    await window.pick("BlockHost");
    await page.locator(".quick-input-widget", { hasText: "next free one" }).waitFor();
    await window.answer("");
    await page.locator(".view-line", { hasText: "def BlockHost2(" }).waitFor();
    await page.locator(".breadcrumbs-control", { hasText: "BlockHost2" }).waitFor();
  },

  async "the final script"(window) {
    const { page } = window;
    await window.command("View: Hide Panel");
    await page.keyboard.press("Control+Shift+E");
    await window.file("acme/script.py");
    await window.command("D3: Show Final Script");
    await page.locator(".tab.active", { hasText: "script (final).py" }).waitFor();
    await page.locator(".view-line", { hasText: "ACME_PAGE_SIZE" }).first().waitFor();
    await window.picture("vscode-final-script");
  },

  async "a manifest that is there is replaced only if the user says so"(window) {
    const { page } = window;
    const manifest = path.join(window.folder, "raises/d3.json");
    const before = readFileSync(manifest, "utf8");
    await window.command("View: Close All Editors");
    await window.file("raises/script.py");
    await window.command("D3: Create Manifest from Script");
    const question = await window.notification("script.py has a manifest already");
    assert.equal(readFileSync(manifest, "utf8"), before);
    await question.getByRole("button", { name: "Replace" }).click();
    await page.locator(".breadcrumbs-control", { hasText: "raises" }).filter({ hasText: "d3.json" }).waitFor();
    assert.deepEqual(JSON.parse(readFileSync(manifest, "utf8")).commands.map(({ internalName }) => internalName), ["Divide"]);
    assert.notEqual(readFileSync(manifest, "utf8"), before);
  },

  async "a run can be cancelled, and so can a test"(window) {
    const { page, panel } = window;
    const command = { internalName: "WaitForever", inputs: [] };
    write(path.join(window.folder, "endless/d3.json"), JSON.stringify({ version: 1, kind: "utility", commands: [command] }));
    write(path.join(window.folder, "endless/WaitForever.py"), "def WaitForever():\n    while True:\n        pass\n");
    write(path.join(window.folder, "endless/tests/never.json"), JSON.stringify({ command: "WaitForever", expect: { success: true } }));
    await window.command("View: Close All Editors");
    await window.file("endless/WaitForever.py");
    await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
    await panel.locator(".verdict", { hasText: "Running" }).waitFor();
    await panel.getByRole("button", { name: "Cancel" }).click();
    await panel.locator(".verdict", { hasText: "Cancelled" }).waitFor();

    await page.locator(".codelens-decoration a", { hasText: "Test (1)" }).click();
    await window.command("Testing: Focus on Test Explorer View");
    const endless = page.locator(".test-explorer .monaco-list-row", { hasText: "endless" });
    await endless.locator(".codicon-testing-queued-icon, .codicon-loading").waitFor();
    await window.command("Test: Cancel Test Run");
    await endless.locator(".codicon-testing-skipped-icon").waitFor();
  },

  async "without a Python a run says so"(window) {
    const { page, panel } = window;
    await window.command("View: Close All Editors");
    await window.file("raises/script.py");
    await page.locator(".statusbar", { hasText: "D3: Python 3.9" }).waitFor();
    const settings = path.join(window.folder, ".vscode/settings.json");
    edit(settings, JSON.stringify(JSON.parse(readFileSync(settings, "utf8"))["d3ls.python"]), '"/none/python"');
    await page.locator(".statusbar", { hasText: "D3: no Python" }).waitFor();
    await page.locator(".codelens-decoration a", { hasText: /^Run$/ }).click();
    await panel.locator(".verdict.bad", { hasText: "Could not run" }).waitFor();
    await panel.getByText("/none/python: it can't be started").waitFor();
  },

  async "what the probe returned becomes the profile"(window) {
    const { page } = window;
    const report = { d3ls: "image probe", version: 1, python: "3.9.12", libraries: [], pb: ["log", "returnOutputModel", "runtime"] };
    await page.evaluate((text) => navigator.clipboard.writeText(text), `Raw Data: ${JSON.stringify(report)}`);
    await window.command("D3: Image Import...");
    await window.pick("From the clipboard");
    await window.notification("wrote d3-image.json");
    assert.equal(JSON.parse(readFileSync(path.join(window.folder, "d3-image.json"), "utf8")).python, "3.9.12");
    assert.ok(existsSync(path.join(window.folder, "d3ls.toml")), "nothing names the profile");
  },
};

export async function inBrowser(editor, folder, screenshots) {
  // What other tests are about would stand in every picture.
  for (const other of ["broken", "plain"]) {
    rmSync(path.join(folder, other), { recursive: true });
  }
  const page = await editor.open(folder);
  const window = new Window(page, screenshots, folder);
  await window.ready();
  const outcome = await inOrder(tests, window);
  await page.context().close();
  return outcome;
}
