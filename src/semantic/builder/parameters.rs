//! Parameters: their names, and what is evaluated for them.

use crate::syntax::ast;
use crate::syntax::ast::visitor::Visitor;

use super::super::model::{BindingKind, ParameterKind};
use super::Builder;

impl<'a> Builder<'a> {
    /// Defaults and annotations, which belong to the scope around the function.
    pub(super) fn visit_parameter_expressions(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
            if let Some(annotation) = parameter.annotation() {
                self.visit_annotation(annotation);
            }
        }
    }

    pub(super) fn bind_parameters(&mut self, parameters: &'a ast::Parameters) {
        for (place, parameter) in parameters.posonlyargs.iter().chain(&parameters.args).enumerate() {
            self.bind_identifier(&parameter.parameter.name, BindingKind::Parameter(ParameterKind::Positional(place)));
        }
        if let Some(parameter) = &parameters.vararg {
            self.bind_identifier(&parameter.name, BindingKind::Parameter(ParameterKind::VarArgs));
        }
        for parameter in &parameters.kwonlyargs {
            self.bind_identifier(&parameter.parameter.name, BindingKind::Parameter(ParameterKind::KeywordOnly));
        }
        if let Some(parameter) = &parameters.kwarg {
            self.bind_identifier(&parameter.name, BindingKind::Parameter(ParameterKind::KwArgs));
        }
    }

    /// Type parameters, which 3.9 does not have: bound around the definition, so that nothing more is said of them.
    pub(super) fn bind_type_parameters(&mut self, parameters: Option<&'a ast::TypeParams>) {
        for parameter in parameters.into_iter().flat_map(|parameters| &parameters.type_params) {
            self.bind_identifier(parameter.name(), BindingKind::TypeName);
        }
    }
}
