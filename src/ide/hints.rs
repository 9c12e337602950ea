//! Inlay hints: what stands by its place only gets its name.

use crate::image::names;
use crate::semantic::{Analysis, Origin};
use crate::syntax::ast::Expr;
use crate::text::{Ranged, TextRange, TextSize};

use super::describe;
use super::subject::input_of_subscript;

/// A name shown in the script that is not in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown, between two bytes of the script.
    pub offset: TextSize,
    /// What is shown.
    pub label: String,
    /// More about it, in Markdown.
    pub tooltip: String,
    /// Whether it stands behind what it names.
    pub behind: bool,
}

/// The hints in `range`, in order: the inputs that `args[...]` are, and the fields of output models given by place.
pub fn hints(analysis: &Analysis, range: TextRange) -> Vec<Hint> {
    let model = analysis.model();
    let in_range = |one: TextRange| one.intersect(range).is_some();
    let subscripts = model.nodes.subscripts.iter().filter(|site| in_range(site.node.range()));
    let mut hints: Vec<Hint> = subscripts
        .filter_map(|site| {
            let (_, input) = input_of_subscript(model, site.node, site.scope)?;
            Some(Hint {
                offset: site.node.end(),
                label: input.parameter_name.value.clone(),
                tooltip: describe::input(input),
                behind: true,
            })
        })
        .collect();
    let calls = model.nodes.calls.iter().filter(|site| in_range(site.node.range()));
    for site in calls.filter(|site| model.origin(&site.node.func, site.scope) == Some(Origin::ReturnOutputModel)) {
        let by_place = site.node.arguments.args.iter().take_while(|argument| !argument.is_starred_expr());
        hints.extend(by_place.zip(&names::OUTPUT_FIELDS).filter(|(argument, field)| !says(argument, field.name)).map(
            |(argument, field)| Hint {
                offset: argument.start(),
                label: format!("{}=", field.name),
                tooltip: describe::output_field(field.name).unwrap_or_default(),
                behind: false,
            },
        ));
    }
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// Whether an argument is a variable with the field's own name.
fn says(argument: &Expr, field: &str) -> bool {
    matches!(argument, Expr::Name(name) if name.id.eq_ignore_ascii_case(field))
}
