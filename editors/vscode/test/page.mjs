// What a user does in VS Code's window, and what they see.
import assert from "node:assert/strict";
import path from "node:path";

/** One window. */
export class Window {
  /** The folder that it shows, if a test asks for it. */
  constructor(page, screenshots, folder) {
    Object.assign(this, { page, screenshots, folder });
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

  /** Opens the list at the top by its key, once an earlier one is closed: until then the key is lost. */
  async list(key) {
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor({ state: "hidden" });
    await this.page.keyboard.press(key);
    await input.waitFor();
    return input;
  }

  /** Chooses a command of the palette by its whole title; a list from before the extension was there is asked for again. */
  async command(title) {
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    for (let tries = 0; tries < 12; tries += 1) {
      const input = await this.list("F1");
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
    const input = await this.list("Control+P");
    await input.fill(name);
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused").filter({ hasText: own });
    await row.filter({ has: this.page.locator(".label-description", { hasText: folder }) }).waitFor();
    await this.page.keyboard.press("Enter");
    await this.page.locator(".breadcrumbs-control", { hasText: folder }).filter({ hasText: own }).waitFor();
  }

  /** Puts the cursor to a line and a column, both from 1. */
  async place(line, column = 1) {
    const input = await this.list("Control+G");
    await input.fill(`:${line}:${column}`);
    await this.pick(`go to line ${line} at column ${column}.`);
    // The cursor moves while the line is being typed; keys reach the editor only when it has the focus again.
    await input.waitFor({ state: "hidden" });
    await this.page.locator(".monaco-editor.focused").waitFor();
    await this.page.locator(".statusbar", { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  /** Asks for suggestions until these rows are among them: VS Code's own JSON support may still be starting. */
  async suggest(rows) {
    for (let tries = 0; tries < 12; tries += 1) {
      await this.page.keyboard.press("Control+Space");
      const areThere = await rows.first().waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (areThere) {
        return;
      }
      await this.page.keyboard.press("Escape");
    }
    throw new Error("the suggestions never come");
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

  /** The message that says this, in the list of all: alone, a message goes away by itself. */
  async notification(text) {
    await this.command("Notifications: Show Notifications");
    const message = this.messages.filter({ hasText: text });
    await message.waitFor();
    return message;
  }

  /** The only message there is, which says this. */
  async onlyNotification(text) {
    const one = await this.notification(text);
    // What VS Code says of its own work goes away by itself.
    for (let tries = 0; tries < 20 && (await this.messages.count()) > 1; tries += 1) {
      await this.messages.nth(1).waitFor({ state: "detached", timeout: 1000 }).catch(() => {});
    }
    assert.equal(await this.messages.count(), 1, `the messages are ${(await this.messages.allInnerTexts()).join("; ")}`);
    return one;
  }

  /** Clears all messages away. On a busy machine the command can be lost while the list of messages opens. */
  async clearNotifications() {
    for (let tries = 0; tries < 5 && (await this.messages.count()) > 0; tries += 1) {
      await this.command("Notifications: Clear All Notifications");
      await this.messages.first().waitFor({ state: "detached", timeout: 5000 }).catch(() => {});
    }
    assert.equal(await this.messages.count(), 0, `the messages stay: ${(await this.messages.allInnerTexts()).join("; ")}`);
  }

  /** The messages in the list of all. */
  get messages() {
    return this.page.locator(".notifications-center .notification-list-item");
  }

  /** The page inside a webview. */
  get panel() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  }

  /** A picture of the window as it is, without the mouse and the cursor. */
  async picture(name) {
    await this.page.screenshot({ path: path.join(this.screenshots, `${name}.png`), caret: "hide", animations: "disabled" });
  }

  /** A picture with the panel in the editor's place. */
  async pictureOfPanel(name) {
    await this.command("View: Toggle Maximized Panel");
    await this.page.locator(".editor-group-container").first().waitFor({ state: "hidden" });
    await this.picture(name);
    await this.command("View: Toggle Maximized Panel");
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
