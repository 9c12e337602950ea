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

/// The keys of a test case beside a manifest, and what they say.
pub const CASE_KEYS: [(&str, &str); 7] = [
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

/// Whether `name` is one of [`INGESTION_COMMANDS`].
pub fn is_ingestion(name: &str) -> bool {
    INGESTION_COMMANDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
