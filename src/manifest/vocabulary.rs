//! The words that a manifest may use as values. They are the manifest's own
//! format, taken from D3's forms; the schema and the checks read them here.

/// `kind`.
pub const KINDS: &[&str] = &["integration", "utility"];

/// `implementation` (D3's page, "Types of Custom Command Implementations").
pub const IMPLEMENTATIONS: &[&str] = &["Python", "Codeless Playbook", "MS SQL", "Oracle", "MySQL", "ODBC"];

/// `connectionSets` (D3's page, "Preconfigured Connection Parameter Sets").
pub const CONNECTION_SETS: &[&str] = &["MS SQL", "Oracle", "MySQL", "ODBC"];

/// `status` (D3's page, "Custom Command Status").
pub const STATUSES: &[&str] = &["Draft", "Live"];

/// `category` of a utility command (D3's page, "Utility Command"). The short words mean the same.
pub const CATEGORIES: &[&str] = &["Basic Utility", "System Utility", "Cyber Utility", "Basic", "System"];

/// `features` (D3's page, "Setup Command Features").
pub const FEATURES: &[&str] =
    &["Command Task", "Conditional Task", "Transform Command", "Ad-Hoc Command", "Allow command to be run on agent"];

/// Parameter and output types that D3's pages show. The list in D3's form is a picture, so there may be more.
pub const PARAMETER_TYPES: &[&str] =
    &["Text", "Number", "Boolean", "DateTime", "Text Array", "Number Array", "JSON Object", "JSON Array", "File"];

/// `inputType` (D3's page, "Command Input Setup").
pub const INPUT_TYPES: &[&str] = &["Custom Input", "Text Template", "HTML Template", DROP_DOWN, MULTI_SELECT];

/// The input type that needs options and the parameter type Text.
pub const DROP_DOWN: &str = "Drop Down Option";

/// The input type that needs options and the parameter type Text Array.
pub const MULTI_SELECT: &str = "Multi Select Option";

/// What returnData may say (D3's page, "Command Output Setup").
pub const RETURN_STATUSES: &[&str] = &["Successful", "Partially Successful", "Failed"];

/// What returnData may say besides in fetchEvent and fetchIncident (D3's page, "Fetch Event/Fetch Incident").
pub const NO_DATA_STATUS: &str = "Successful with No Event Data";

/// Commands that take an event field mapping and run on a schedule. Names are compared without case.
pub const INGESTION_COMMANDS: &[&str] = &["fetchEvent", "fetchIncident"];

/// The command that tests a connection, which a schedule may run.
pub const TEST_CONNECTION: &str = "TestConnection";

/// A key of an object in a test case, and what it says.
pub type CaseKey = (&'static str, &'static str);

/// The keys of a test case beside a manifest.
pub const CASE_KEYS: [CaseKey; 7] = [
    ("command", "The internal name of the command that runs."),
    ("inputs", "The command's inputs by their names."),
    ("connection", "The connection's parameters by their names."),
    ("now", "The time that the script sees, in UTC, as `2024-01-31 23:59:59`."),
    ("http", "The answers to the script's requests: entries of `request` and `response`."),
    ("d3", "The answers to the script's D3 calls: entries of `call`, `arguments` and `returns`."),
    (
        "expect",
        "What has to come: fields of the output model, `success`, `attempts`, `logs`, `error`. Only what is named counts.",
    ),
];

/// The keys of an entry of `http`.
pub const CASE_ENTRY_KEYS: [CaseKey; 2] = [
    ("request", "The request that is answered. The last entry that matches is used again."),
    ("response", "The answer."),
];

/// The keys of a `request`.
pub const CASE_REQUEST_KEYS: [CaseKey; 3] = [
    ("method", "The method, as `GET`."),
    ("url", "The address. Its query counts only if it is given, in any order."),
    ("body", "The body, if it counts: JSON, a form as an object, or a text."),
];

/// The keys of a `response`. It has one body at most.
pub const CASE_RESPONSE_KEYS: [CaseKey; 5] = [
    ("status", "The status, from 100 to 599."),
    ("headers", "The headers by their names."),
    ("json", "The body, as JSON."),
    ("text", "The body, as a text."),
    ("base64", "The body, as bytes in base64."),
];

/// The keys of a `response` that are its body.
pub const CASE_BODY_KEYS: [&str; 3] = ["json", "text", "base64"];

/// The keys of an entry of `d3`.
pub const CASE_CALL_KEYS: [CaseKey; 3] = [
    ("call", "The call that is answered, as `D3.Utility.SetIncidentField`."),
    ("arguments", "Its arguments: a list, inputs by their names, or `null` for any."),
    ("returns", "What the call gives back."),
];

/// The keys of `expect` besides the output model's fields.
pub const CASE_EXPECT_KEYS: [CaseKey; 4] = [
    ("success", "Whether D3 would call the command successful: `true` or `false`."),
    ("attempts", "How many times the command ran: a number, or a list with each attempt."),
    ("logs", "The lines of the log."),
    ("error", "What ended the script without an output model: null, its type, or an object with `type` and `message`."),
];

/// The keys of an `error` in `expect`.
pub const CASE_ERROR_KEYS: [CaseKey; 3] = [
    ("type", "The exception's name, or one of the runner's own, as `NoOutputModel`."),
    ("message", "What it says."),
    ("traceback", "Its lines in the script: a list of `path`, `line` and `function`, the outermost first."),
];

/// The keys of an attempt in `expect`.
pub const CASE_ATTEMPT_KEYS: [CaseKey; 3] = [
    ("retrycount", "Which attempt it is; 0 is the first."),
    ("outcome", "How it ended: `retry`, `success`, `failure` (an output model with errors) or `error` (none)."),
    ("delay", "The seconds before the next attempt, or `null` for the last."),
];

/// The names of some keys of a test case.
pub fn names<const COUNT: usize>(keys: [CaseKey; COUNT]) -> [&'static str; COUNT] {
    keys.map(|(name, _)| name)
}

/// Whether `name` is one of [`INGESTION_COMMANDS`].
pub fn is_ingestion(name: &str) -> bool {
    INGESTION_COMMANDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
