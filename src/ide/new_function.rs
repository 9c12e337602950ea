//! The function of a command that is still to be written: as completion inserts it and as an action adds it.

use crate::image::names;
use crate::manifest;
use crate::semantic::{Model, SystemScript};

use super::rename::{is_name, is_reserved};
use super::snippet::{self, placeholder};

/// The commands that the manifest declares and that neither the script nor the system script has.
pub(super) fn missing_commands<'m, 'a>(
    model: &'m Model<'a>,
) -> impl Iterator<Item = &'a manifest::Command> + use<'m, 'a> {
    let in_system = |name: &str| match &model.script.surroundings.system {
        SystemScript::Known(system) => system.model().binds(name),
        SystemScript::None | SystemScript::Unknown => false,
    };
    model
        .commands
        .iter()
        .filter(move |command| !model.binds(command.name) && !in_system(command.name))
        .filter_map(|command| command.declared)
}

/// The parameters that take a command's inputs; `*args` where the inputs' names can't all be names in Python.
pub(super) fn parameters_of(command: &manifest::Command) -> Vec<&str> {
    let names: Vec<&str> = command.inputs.iter().map(|input| input.parameter_name.value.as_str()).collect();
    let fits = |(place, name): (usize, &&str)| is_name(name) && !is_reserved(name) && !names[..place].contains(name);
    if names.iter().enumerate().all(fits) { names } else { vec![ALL] }
}

/// The parameter that takes all inputs.
const ALL: &str = "*args";

/// A command's function from its name on, as a snippet: it gives its inputs back, and an error as a failed output
/// model. Indented by four blanks, lines end with LF.
pub(super) fn command_function(name: &str, parameters: &[&str]) -> String {
    let is_named = parameters != [ALL];
    let echoed: Vec<String> =
        parameters.iter().filter(|_| is_named).map(|name| format!("\"{name}\": {name}")).collect();
    let result = placeholder(1, &format!("{{{}}}", echoed.join(", ")));
    let passdown = if names::system_command(name).is_some_and(|command| command.ingests) {
        // The next run starts where this one ended: the second input is the end of the time that is asked for.
        let end = if is_named { parameters.get(1).copied() } else { Some("args[1]") };
        let entry =
            end.map(|end| format!("\"{}\": {end}.strftime(\"{}\")", names::PASSDOWN_START_TIME, names::DATE_FORMAT));
        format!(", {}={}", names::PASSDOWN_DATA, placeholder(2, &format!("{{{}}}", entry.unwrap_or_default())))
    } else {
        String::new()
    };
    let call = format!("{}.{}", names::PB, names::RETURN_OUTPUT_MODEL);
    format!(
        "{name}({}):\n    \
         try:\n        \
         result = {result}\n        \
         return {call}(result, \"{}\", \"\", \"\", result, \"\"{passdown})\n    \
         except Exception as error:\n        \
         return {}$0",
        snippet::escape(&parameters.join(", ")),
        names::SUCCESSFUL,
        failed_model("error"),
    )
}

/// The output model of a command that failed with the exception of this name.
pub(super) fn failed_model(exception: &str) -> String {
    let call = format!("{}.{}", names::PB, names::RETURN_OUTPUT_MODEL);
    format!("{call}(\"\", \"{}\", \"\", \"\", \"\", str({exception}))", names::FAILED)
}
