// The form: one field for each input and connection parameter, and when and how often the command runs.
import type { Form, Values } from "../messages";
import type { Parameter } from "../protocol";
import { element } from "./dom";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What a field of a type may look like. */
const HINTS: Record<string, string> = {
  DateTime: "2024-01-31 23:59:59 (UTC)",
  "Text Array": '["one", "two"]',
  "Number Array": "[1, 2]",
  "JSON Object": "{}",
  "JSON Array": "[]",
  File: "path of a file",
};

/** What the user does with the form. */
interface Actions {
  run(values: Values): void;
  cancel(): void;
  /** Fills the form with what the test case at an address gives, or without one. */
  take(uri: string): void;
}

export class FormView {
  readonly element: HTMLFormElement;
  private readonly inputs: [string, Field][];
  private readonly connection: [string, Field][];
  private readonly case: HTMLSelectElement;
  private readonly now = element("input", { type: "text", placeholder: "now" });
  private readonly schedule = element("input", { type: "number", min: 1, max: 1000, placeholder: "1" });
  private readonly interval = element("input", { type: "text", placeholder: "10m", pattern: "[0-9]+[smhd]" });
  private readonly live = element("input", { type: "checkbox" });
  private readonly start = element("button", { type: "submit" }, "Run");
  private readonly stop: HTMLButtonElement;

  constructor(form: Form, { run, cancel, take }: Actions) {
    const { values } = form;
    const options = [{ uri: "", name: "none: no recorded answers" }, ...form.cases];
    const change = () => take(this.case.value);
    this.case = element("select", { change }, ...options.map(({ uri, name }) => element("option", { value: uri }, name)));
    this.case.value = values.case;
    this.inputs = fields(form.inputs, values.inputs);
    this.connection = fields(form.connection, values.connection);
    this.now.value = values.now;
    this.schedule.value = values.schedule;
    this.interval.value = values.interval;
    this.live.checked = values.live;
    this.stop = element("button", { type: "button", class: "secondary", click: cancel }, "Cancel");
    const submit = (event: Event) => {
      event.preventDefault();
      run(this.values());
    };
    this.element = element(
      "form",
      { submit, "aria-label": `Run ${form.title}` },
      element("h2", {}, form.title, " ", element("code", {}, form.command)),
      form.cases.length > 0 ? label("Test case", this.case, "gives values and answers") : null,
      ...labelled(form.inputs, this.inputs),
      form.inputs.length === 0 ? element("p", { class: "quiet" }, "This command has no inputs.") : null,
      form.connection.length > 0 ? this.connectionPart(form) : null,
      this.timePart(form),
      element("div", { class: "actions" }, this.start, this.stop, element("span", { class: "quiet" }, "Ctrl+Enter runs")),
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.element.requestSubmit();
      }
    });
  }

  /** Marks the fields that were left out, and puts the cursor into the first one. */
  ask(missing: string[]): void {
    const asked = [...this.inputs, ...this.connection].filter(([name]) => missing.includes(name)).map(([, field]) => field);
    for (const field of asked) {
      field.closest("details")?.setAttribute("open", "");
      field.classList.add("asked");
      field.addEventListener("input", () => field.classList.remove("asked"), { once: true });
    }
    asked[0]?.focus();
  }

  setRunning(isRunning: boolean): void {
    this.start.disabled = isRunning;
    this.stop.hidden = !isRunning;
  }

  private values(): Values {
    const held = (fields: [string, Field][]) => Object.fromEntries(fields.map(([name, field]) => [name, field.value]));
    return {
      case: this.case.value,
      inputs: held(this.inputs),
      connection: held(this.connection),
      now: this.now.value.trim(),
      schedule: this.schedule.value,
      interval: this.interval.value,
      live: this.live.checked,
    };
  }

  private connectionPart(form: Form): HTMLElement {
    const isWhole = form.connection.every((one) => !one.required || form.values.connection[one.parameterName] !== "");
    return element(
      "details",
      { open: !isWhole },
      element("summary", {}, "Connection"),
      ...labelled(form.connection, this.connection),
    );
  }

  private timePart(form: Form): HTMLElement {
    const { now, schedule, interval, live } = form.values;
    return element(
      "details",
      { open: now !== "" || schedule !== "" || interval !== "" || live },
      element("summary", {}, form.hasLive ? "Time, schedule and script" : "Time and schedule"),
      label("Time (UTC)", this.now, HINTS["DateTime"] ?? ""),
      label("Runs, as a schedule would", this.schedule, ""),
      label("Time between two runs", this.interval, ""),
      form.hasLive ? element("label", { class: "check" }, this.live, "Run the script as last submitted (Live)") : null,
    );
  }
}

function fields(parameters: Parameter[], values: Record<string, string>): [string, Field][] {
  return parameters.map((parameter) => [parameter.parameterName, field(parameter, values[parameter.parameterName] ?? "")]);
}

function field(parameter: Parameter, value: string): Field {
  const { required } = parameter;
  const type = parameter.type ?? "";
  const options = type === "Boolean" ? ["true", "false"] : type === "Text" ? (parameter.options ?? []) : [];
  if (options.length > 0) {
    const all = required && options.includes(value) ? options : ["", ...options];
    const known = all.includes(value) ? all : [...all, value];
    const made = element("select", { required }, ...known.map((option) => element("option", { value: option }, option)));
    made.value = value;
    return made;
  }
  if (parameter.secret === true) {
    const made = element("input", { type: "password", required, autocomplete: "off" });
    made.value = value;
    return made;
  }
  const rows = Math.min(8, Math.max(type.startsWith("JSON") ? 3 : 1, value.split("\n").length));
  const made = element("textarea", { rows, required, placeholder: HINTS[type] ?? "", spellcheck: "false" });
  made.value = value;
  return made;
}

function labelled(parameters: Parameter[], fields: [string, Field][]): HTMLElement[] {
  return parameters.map((parameter, place) => {
    const [, own] = fields[place] as [string, Field];
    const kind = [parameter.type, parameter.required ? null : "optional"].filter((part) => part !== null).join(", ");
    return label(parameter.displayName ?? parameter.parameterName, own, kind, parameter.description ?? "");
  });
}

function label(title: string, own: HTMLElement, hint: string, description = ""): HTMLElement {
  const told = description === "" ? null : element("span", { class: "quiet" }, description);
  return element("label", {}, element("span", {}, title, " ", element("span", { class: "quiet" }, hint)), own, told);
}
