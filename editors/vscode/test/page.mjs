// What a user does in VS Code's window, and what they see.
import assert from "node:assert/strict";
import path from "node:path";

/** One window. */
export class Window {
  constructor(page, screenshots) {
    this.page = page;
    this.screenshots = screenshots;
  }

  async ready() {
    await this.page.locator(".monaco-workbench .explorer-viewlet").waitFor();
    await this.page.locator(".statusbar").waitFor();
  }

  /** Chooses a command of the palette by its whole title. */
  async command(title) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  /** Opens a file by its path below the folder. */
  async file(name) {
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(name);
    await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: path.basename(name) }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.locator(".tab.active", { hasText: path.basename(name) }).waitFor();
  }

  /** Puts the cursor to a line and a column, both from 1. */
  async place(line, column) {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".statusbar", { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  /** Chooses a row of the list that is shown at the top. */
  async pick(text) {
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
  }

  /** The page inside a webview. */
  get panel() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  toasts() {
    return this.page.locator(".notification-toast");
  }

  /** A picture of the window as it is, without the mouse and the cursor. */
  async picture(name) {
    await this.page.screenshot({ path: path.join(this.screenshots, `${name}.png`), caret: "hide", animations: "disabled" });
  }

  async text(locator) {
    return (await locator.innerText()).replaceAll("\u00a0", " ");
  }
}

/** Runs named tests one after the other; the names of those that passed and of those that failed. */
export async function inOrder(tests, window) {
  const passed = [];
  const failed = [];
  const wanted = process.env.D3LS_TEST_ONLY ?? "";
  for (const [name, test] of Object.entries(tests).filter(([name]) => name.includes(wanted))) {
    try {
      await test(window);
      passed.push(name);
      console.log(`ok ${name}`);
    } catch (problem) {
      failed.push(name);
      console.log(`FAILED ${name}\n${problem.stack}`);
      await window.picture(`failed-${failed.length}`);
    }
  }
  return { passed, failed };
}

export { assert };
