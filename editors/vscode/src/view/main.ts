// The page of the run panel: shows each state that the extension sends, and tells it what the user does.
import type { Request, State, Values } from "../messages";
import { element } from "./dom";
import { FormView } from "./form";
import { outcomeView } from "./report";

declare function acquireVsCodeApi(): { postMessage(message: Request): void };

const api = acquireVsCodeApi();
const main = document.getElementById("main") as HTMLElement;
const outcome = element("section", { "aria-live": "polite", "aria-label": "Result", id: "outcome" });
let form: { id: number; view: FormView } | undefined;

function show(state: State): void {
  if (state.form === null) {
    const choose = () => api.postMessage({ type: "choose" });
    main.replaceChildren(
      element("p", {}, "Run a command with the lens above its function, or choose one here."),
      element("button", { type: "button", click: choose }, "Run Command..."),
    );
    return;
  }
  if (form?.id !== state.form.id) {
    const view = new FormView(state.form, {
      run: (values: Values) => api.postMessage({ type: "run", values }),
      cancel: () => api.postMessage({ type: "cancel" }),
      take: (uri: string) => api.postMessage({ type: "case", case: uri }),
    });
    form = { id: state.form.id, view };
    main.replaceChildren(view.element, outcome);
  }
  form.view.setRunning(state.outcome.kind === "running");
  outcome.setAttribute("aria-busy", String(state.outcome.kind === "running"));
  outcome.replaceChildren(...outcomeView(state.outcome, (path, line) => api.postMessage({ type: "open", path, line })));
  if (state.outcome.kind === "asking") {
    form.view.ask(state.outcome.missing);
  } else if (state.outcome.kind === "done" || state.outcome.kind === "refused") {
    // In a narrow panel the result stands below the form.
    outcome.firstElementChild?.scrollIntoView({ block: "nearest" });
  }
}

window.addEventListener("message", (event: MessageEvent<State>) => show(event.data));
api.postMessage({ type: "ready" });
