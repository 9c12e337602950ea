// What a user does in VS Code's window, and what they see.
import assert from "node:assert/strict";
import path from "node:path";

/** One window. */
export class Window {
  constructor(page, screenshots) {
    this.page = page;
    this.screenshots = screenshots;
  }

  /** Waits for the window, and closes what would only take room in pictures. */
  async ready() {
    await this.page.locator(".monaco-workbench .explorer-viewlet").waitFor();
    await this.page.locator(".statusbar").waitFor();
    const second = this.page.locator(".part.auxiliarybar");
    if (await second.isVisible()) {
      await this.page.keyboard.press("Control+Alt+B");
      await second.waitFor({ state: "hidden" });
    }
  }

  /** Chooses a command of the palette by its whole title; a list from before the extension was there is asked for again. */
  async command(title) {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    for (let tries = 0; tries < 12; tries += 1) {
      await this.page.keyboard.press("F1");
      const input = this.page.locator(".quick-input-widget input");
      await input.waitFor();
      await input.fill(`>${title}`);
      const isThere = await row.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (isThere) {
        return row.click();
      }
      await this.page.keyboard.press("Escape");
    }
    throw new Error(`there is no command ${title}`);
  }

  /** Opens a file by its path below the folder. */
  async file(name) {
    const [folder, own] = [path.dirname(name), path.basename(name)];
    await this.page.keyboard.press("Control+P");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(name);
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: own });
    await row.filter({ has: this.page.locator(".label-description", { hasText: folder }) }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.locator(".breadcrumbs-control", { hasText: folder }).filter({ hasText: own }).waitFor();
  }

  /** Puts the cursor to a line and a column, both from 1. */
  async place(line, column = 1) {
    await this.page.keyboard.press("Control+G");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.pick(`go to line ${line} at column ${column}.`);
    await this.page.locator(".statusbar", { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  /** Answers the question that is asked at the top. */
  async answer(text) {
    const input = this.page.locator(".quick-input-widget .input");
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Chooses a row of the list at the top. */
  async pick(text) {
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
  }

  /** The page inside a webview. */
  get panel() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  /** A picture of the window as it is, without the mouse and the cursor. */
  async picture(name) {
    await this.page.screenshot({ path: path.join(this.screenshots, `${name}.png`), caret: "hide", animations: "disabled" });
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
      console.log(`FAILED ${name}\n${problem.stack.slice(0, 1500)}`);
      await window.picture(`failed-${name.replaceAll(/\W+/g, "-")}`);
    }
  }
  return { passed, failed };
}

export { assert };
