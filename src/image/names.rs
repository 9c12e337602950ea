//! The words of D3's page: names, keys, types and texts that rules and the editor need to spell.
//!
//! What differs from server to server is in the profile ([`super::Image`]); this is the same on all.

/// The object that the engine gives every script.
pub const PB: &str = "pb";
/// The dictionary that the engine gives every script; `pb.runtime` is the same one.
pub const RUNTIME: &str = "runtime";
/// The name in front of every call of a D3 command.
pub const D3: &str = "D3";
/// `D3.Utility`.
pub const UTILITY: &str = "Utility";
/// `D3.Integration`.
pub const INTEGRATION: &str = "Integration";
/// The key of `runtime` that holds the connection's parameters.
pub const CONNECTOR: &str = "connector";
/// The key of `runtime` that counts the retries.
pub const RETRY_COUNT: &str = "retrycount";
/// The member of `pb` that writes to the Custom Log tab.
pub const LOG: &str = "log";
/// The member of `pb` that makes an output model.
pub const RETURN_OUTPUT_MODEL: &str = "returnOutputModel";

/// Class names reserved for D3's playbook engine (D3's page, "Convention").
pub const RESERVED_CLASSES: [&str; 3] = ["PlaybookRunTime", "APIError", "HTTPAPIError"];
/// Names reserved for D3's playbook engine (D3's page, "Convention").
pub const RESERVED_NAMES: [&str; 4] = [PB, ARGS, RUNTIME, "input"];
/// The reserved name that is allowed as `*args`.
pub const ARGS: &str = "args";

/// A name and what D3 says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The name.
    pub name: &'static str,
    /// What it is, in one or two sentences.
    pub doc: &'static str,
}

const fn word(name: &'static str, doc: &'static str) -> Word {
    Word { name, doc }
}

/// A field of the output model (D3's page, "Return Output Model").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputField {
    /// Its name, in the order of `pb.returnOutputModel`'s parameters.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// Whether D3 wants an empty text there.
    pub deprecated: bool,
}

const fn field(name: &'static str, required: bool, deprecated: bool, doc: &'static str) -> OutputField {
    OutputField { name, doc, required, deprecated }
}

/// The output model's fields, in order; the required ones come first.
pub const OUTPUT_FIELDS: [OutputField; 7] = [
    field("result", true, false, "The result that people see."),
    field(
        RETURN_DATA,
        true,
        false,
        "The command's status: `Successful`, `Partially Successful` or `Failed`. It does not decide whether the \
         command failed; `errors` does.",
    ),
    field("keyFields", true, true, "Deprecated: pass an empty text."),
    field("contextData", true, true, "Deprecated: pass an empty text."),
    field(RAW_DATA, true, false, "The raw data; the manifest's JSON paths read from it."),
    field(ERRORS, true, false, "One error message as a text. The command failed if and only if it is not empty."),
    field(
        PASSDOWN_DATA,
        false,
        false,
        "What the next scheduled run gets: `{\"StartTime\": ...}` in the format `%Y-%m-%d %H:%M:%S`.",
    ),
];
/// The names of [`OUTPUT_FIELDS`].
pub const OUTPUT_MODEL_SLOTS: [&str; OUTPUT_FIELDS.len()] = {
    let mut names = [""; OUTPUT_FIELDS.len()];
    let mut slot = 0;
    while slot < names.len() {
        names[slot] = OUTPUT_FIELDS[slot].name;
        slot += 1;
    }
    names
};
/// The output field with the status.
pub const RETURN_DATA: &str = "returnData";
/// The output field with the raw data.
pub const RAW_DATA: &str = "rawData";
/// The output field that decides whether the command failed.
pub const ERRORS: &str = "errors";
/// The output field for the next scheduled run.
pub const PASSDOWN_DATA: &str = "passdownData";

/// The status of a command that did what it should.
pub const SUCCESSFUL: &str = "Successful";
/// The status of a command that did some of it.
pub const PARTIALLY_SUCCESSFUL: &str = "Partially Successful";
/// The status of a command that failed.
pub const FAILED: &str = "Failed";
/// The statuses of any command (D3's page, "Return Output Model").
pub const STATUSES: [&str; 3] = [SUCCESSFUL, PARTIALLY_SUCCESSFUL, FAILED];
/// The statuses of a command that ingests events or incidents (D3's page, "Fetch Event/Fetch Incident").
pub const INGESTION_STATUSES: [&str; 4] = [SUCCESSFUL, PARTIALLY_SUCCESSFUL, FAILED, "Successful with No Event Data"];

/// The statuses that a command may return.
pub fn statuses(command: &str) -> &'static [&'static str] {
    if system_command(command).is_some_and(|command| command.ingests) { &INGESTION_STATUSES } else { &STATUSES }
}

/// The key of a retry dictionary that asks for the retry (D3's page, "Command Retry Mechanism").
pub const RETRY_ACTION_KEY: &str = "__ACTION__";
/// The value of [`RETRY_ACTION_KEY`].
pub const RETRY_ACTION: &str = "__RETRY__";
/// The key of a retry dictionary with the list of delays.
pub const RETRY_DELAY_KEY: &str = "__DELAY__";

/// The key of the passdown data (D3's page, "Passdown Data").
pub const PASSDOWN_START_TIME: &str = "StartTime";
/// The input that ends the time to fetch.
pub const SCHEDULE_END_TIME: &str = "EndTime";
/// The input with the minutes that a scheduled run reads again.
pub const TOLERANCE_SCOPE: &str = "ToleranceScope";
/// D3's date format, for `strftime`.
pub const DATE_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
/// The keys that rawData has where there are several errors (D3's page, "Error Handling").
pub const ERROR_KEYS: [&str; 2] = ["results", "errorMessages"];

/// The utility commands that D3's page documents exactly enough to do the same, and what each does, in the runner's words.
pub const UTILITY_BEHAVIOURS: [(&str, &str); 6] = [
    ("equals", "equal texts"),
    ("contains", "text in text"),
    ("GetUTCTimeNow", "time"),
    ("ExtractArtifactsToJsonObjectArrayWithArrayKeyValueO", "keys of object"),
    ("greaterThan", "greater number"),
    ("concatToRear", "join texts"),
];

/// What is known of `pb`'s members.
pub const PB_MEMBERS: [Word; 3] = [
    word(
        RETURN_OUTPUT_MODEL,
        "Formats what a command gives back as D3's output model. Return it: data must be returned through it.",
    ),
    word(LOG, "Writes to the Custom Log tab. The tab is shown only if the command returns a valid output model."),
    word(RUNTIME, "The same dictionary as the global `runtime`."),
];

/// What is known of the keys of `runtime`.
pub const RUNTIME_KEYS: [Word; 2] = [
    word(CONNECTOR, "The connection's parameters; the keys are in lower case without spaces. Integrations only."),
    word(RETRY_COUNT, "How often the command was run again, 0 the first time."),
];

/// What D3 says of a member of `pb`.
pub fn pb_doc(name: &str) -> Option<&'static str> {
    doc(&PB_MEMBERS, name)
}

/// What D3 says of a key of `runtime`.
pub fn runtime_doc(name: &str) -> Option<&'static str> {
    doc(&RUNTIME_KEYS, name)
}

fn doc(words: &'static [Word], name: &str) -> Option<&'static str> {
    words.iter().find(|word| word.name == name).map(|word| word.doc)
}

/// A command whose name D3 defines (D3's page, "Pre-defined Commands").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemCommand {
    /// Its name in D3's spelling; it is recognised without case.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its parameters as name and type, in order; `None` where D3 does not document them.
    pub parameters: Option<&'static [(&'static str, &'static str)]>,
    /// Whether it fetches events or incidents, and so has event field mappings and passdown data.
    pub ingests: bool,
}

/// The command that tests the connection.
pub const TEST_CONNECTION: &str = "TestConnection";
/// Its function, to be filled in (D3's page, "Test connection").
pub const TEST_CONNECTION_TEMPLATE: &str = r#"def TestConnection():
    # Send one cheap GET request here, and put what goes wrong into `error`.
    error = ""
    returnData = "Failed" if error else "Successful"
    return pb.returnOutputModel("", returnData, "", "", "", error)
"#;

const FETCH_EVENT_PARAMETERS: [(&str, &str); 5] = [
    (PASSDOWN_START_TIME, "DateTime"),
    (SCHEDULE_END_TIME, "DateTime"),
    ("topRecentEventNumber", "Number"),
    ("SearchCondition", "Text"),
    (TOLERANCE_SCOPE, "Number"),
];

const fn system(name: &'static str, doc: &'static str) -> SystemCommand {
    SystemCommand { name, doc, parameters: None, ingests: false }
}

/// The commands whose names D3 defines.
pub const SYSTEM_COMMANDS: [SystemCommand; 8] = [
    SystemCommand {
        parameters: Some(&[]),
        ..system(
            TEST_CONNECTION,
            "Verifies that D3 can reach the product. It can be scheduled: use a cheap GET request.",
        )
    },
    SystemCommand {
        parameters: Some(&FETCH_EVENT_PARAMETERS),
        ingests: true,
        ..system("fetchEvent", "Retrieves events, on a schedule.")
    },
    SystemCommand { ingests: true, ..system("fetchIncident", "Retrieves incidents, on a schedule.") },
    system("checkIPReputation", "Checks the reputation of IP addresses."),
    system("checkUrlReputation", "Checks the reputation of URLs."),
    system("checkFileReputation", "Checks the reputation of files."),
    system("OnDismissEvent", "Runs when an event is dismissed."),
    system("OnEscalateEvent", "Runs when an event is escalated."),
];

/// The system-defined command of this name, whatever its case.
pub fn system_command(name: &str) -> Option<&'static SystemCommand> {
    SYSTEM_COMMANDS.iter().find(|command| command.name.eq_ignore_ascii_case(name))
}

/// The types of parameters, and the words between `<` and `>` in a utility call (D3's page, "Command Input Setup").
pub const PARAMETER_TYPES: [&str; 9] =
    ["Text", "Number", "Boolean", "DateTime", "Text Array", "Number Array", "JSON Object", "JSON Array", "File"];

/// A way to enter a parameter (D3's page, "Command Input Setup").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputType {
    /// Its name in D3's form.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The only parameter type that it supports, where there is one.
    pub only_type: Option<&'static str>,
}

/// The ways to enter a parameter.
pub const INPUT_TYPES: [InputType; 5] = [
    InputType { name: "Custom Input", doc: "Matches the parameter type.", only_type: None },
    InputType { name: "Text Template", doc: "Text input.", only_type: None },
    InputType { name: "HTML Template", doc: "HTML input.", only_type: None },
    InputType { name: "Drop Down Option", doc: "One of the options; Text only.", only_type: Some("Text") },
    InputType { name: "Multi Select Option", doc: "Several options; Text Array only.", only_type: Some("Text Array") },
];

/// Where a command can be used (D3's page, "Setup Command Features").
pub const FEATURES: [Word; 5] = [
    word("Command Task", "This command can be used in the Playbook Command Task."),
    word("Conditional Task", "This command can be used in the Playbook Conditional Task."),
    word(
        "Transform Command",
        "This command can be used for data transformations when configuring a Codeless Playbook. It needs the \
         Default Connection and no manual input.",
    ),
    word("Ad-Hoc Command", "This command will be available in the command line toolbar within the Incident Workspace."),
    word(
        "Allow command to be run on agent",
        "When checked and agents are specified in the connection, the command will be run on an agent.",
    ),
];

/// The preconfigured sets of connection parameters; each is an implementation of a command as well.
pub const CONNECTION_SETS: [&str; 4] = ["MS SQL", "Oracle", "MySQL", "ODBC"];
/// The categories of utility commands (D3's page, "Utility Command").
pub const UTILITY_CATEGORIES: [&str; 3] = ["Basic Utility", "System Utility", "Cyber Utility"];

/// Display names of connection parameters that D3's pages show.
pub const CONNECTION_PARAMETERS: [&str; 12] = [
    "Server URL",
    "Username",
    "Password",
    "API Key",
    "Version",
    "API Version",
    "Proxy",
    "Domain",
    "Client ID",
    "Client Secret",
    "API Token",
    "Region",
];

/// The key in `runtime['connector']` of a parameter: lower case without spaces (D3's page, "Connection Parameters").
pub fn connection_key(display_name: &str) -> String {
    display_name.split_whitespace().flat_map(str::chars).flat_map(char::to_lowercase).collect()
}

/// The internal name that D3 makes from a display name: Pascal case (D3's page, "Clone Integration System Command").
pub fn internal_name(display_name: &str) -> String {
    let words = display_name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.collect::<Vec<_>>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_commands_are_recognised_without_case() {
        let fetch = system_command("FETCHEVENT").expect("fetchEvent is system-defined");
        assert_eq!(fetch.name, "fetchEvent");
        assert_eq!(fetch.parameters.map(<[_]>::len), Some(5));
        assert!(system_command("checkDevice").is_none());
        assert_eq!(system_command("fetchIncident").and_then(|command| command.parameters), None);
    }

    #[test]
    fn only_ingestion_may_find_no_events() {
        assert!(statuses("fetchIncident").contains(&"Successful with No Event Data"));
        assert!(!statuses("TestConnection").contains(&"Successful with No Event Data"));
    }

    #[test]
    fn names_are_made_as_d3_makes_them() {
        assert_eq!(connection_key("Server URL"), "serverurl");
        assert_eq!(connection_key("short_text_param"), "short_text_param");
        assert_eq!(internal_name("Check Device"), "CheckDevice");
        assert_eq!(internal_name("block IP-address"), "BlockIPAddress");
    }
}
