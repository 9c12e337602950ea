// What a user sees: each test ends in a picture.
import { inOrder, assert, Window } from "./page.mjs";

const tests = {
  async "squiggles and the Problems panel"(window) {
    const { page } = window;
    await window.file("faulty/script.py");
    await page.locator(".squiggly-error").first().waitFor();
    await page.locator(".squiggly-warning").first().waitFor();
    await window.command("View: Show Problems");
    await page.locator(".markers-panel .monaco-list-row", { hasText: "APIError" }).waitFor();
    assert.equal(await page.locator(".markers-panel .monaco-list-row", { hasText: "d3ls" }).count(), 5);
    await window.picture("vscode-problems");
    await window.command("View: Close Panel");
  },

  async "a quick fix"(window) {
    const { page } = window;
    await window.place(15, 50);
    await page.keyboard.press("Control+.");
    await page.locator(".action-widget .monaco-list-row", { hasText: "Change to `Successful`" }).waitFor();
    await window.picture("vscode-quick-fix");
    await page.locator(".action-widget .monaco-list-row", { hasText: "Change to `Successful`" }).click();
    await page.locator(".view-line", { hasText: '"Successful"' }).waitFor();
    await window.command("File: Revert File");
  },

  async "completion"(window) {
    const { page } = window;
    await window.place(10, 58);
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
};

export async function inBrowser(editor, folder, screenshots) {
  const page = await editor.open(folder);
  const window = new Window(page, screenshots);
  await window.ready();
  const outcome = await inOrder(tests, window);
  await page.context().close();
  return outcome;
}
