//! How documents are built up: semantic tokens, folding, selection. What is what is the engine's business.

use tower_lsp_server::ls_types::{
    FoldingRange, FoldingRangeKind, Position, Range, SelectionRange, SemanticToken, SemanticTokenModifier,
    SemanticTokenType, SemanticTokens, SemanticTokensLegend,
};

use super::assist::script;
use super::capabilities::Agreed;
use super::convert::Sheet;
use super::manifest::manifest;
use super::worker::Checked;
use crate::ide;
use crate::text::{Encoding, TextRange, TextSize};

/// The kinds of tokens, in the order of the legend.
const KINDS: [(ide::TokenKind, SemanticTokenType); 6] = [
    (ide::TokenKind::Namespace, SemanticTokenType::NAMESPACE),
    (ide::TokenKind::Function, SemanticTokenType::FUNCTION),
    (ide::TokenKind::Type, SemanticTokenType::TYPE),
    (ide::TokenKind::Property, SemanticTokenType::PROPERTY),
    (ide::TokenKind::Variable, SemanticTokenType::VARIABLE),
    (ide::TokenKind::Class, SemanticTokenType::CLASS),
];

/// What the numbers of tokens mean. The only modifier: D3 gives it.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: KINDS.map(|(_, name)| name).to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DEFAULT_LIBRARY],
    }
}

/// The tokens of a script, or of a range of it.
pub fn tokens(checked: &Checked, range: Option<Range>, agreed: &Agreed) -> Option<SemanticTokens> {
    let (analysis, sheet) = script(checked)?;
    let whole = TextRange::up_to(TextSize::of(&*sheet.text));
    let range = range.map_or(whole, |range| {
        let start = sheet.offset(range.start, agreed.encoding);
        TextRange::new(start, sheet.offset(range.end, agreed.encoding).max(start))
    });
    let mut data = Vec::new();
    let mut last = Position::default();
    for token in ide::tokens(analysis, range) {
        let Range { start, end } = sheet.range(token.range, agreed.encoding);
        let same_line = start.line == last.line;
        let kind = KINDS.iter().position(|(kind, _)| *kind == token.kind).unwrap_or_default();
        data.push(SemanticToken {
            delta_line: start.line - last.line,
            delta_start: if same_line { start.character - last.character } else { start.character },
            length: end.character - start.character,
            token_type: u32::try_from(kind).unwrap_or_default(),
            token_modifiers_bitset: u32::from(token.given),
        });
        last = start;
    }
    Some(SemanticTokens { result_id: None, data })
}

/// What can be folded in a document.
pub fn folds(checked: &Checked) -> Option<Vec<FoldingRange>> {
    let (found, sheet) = match script(checked) {
        Some((analysis, sheet)) => (ide::folds(analysis), sheet),
        None => {
            let (document, sheet) = manifest(checked)?;
            (ide::manifest::folds(document), sheet)
        }
    };
    Some(found.into_iter().map(|fold| folding_range(fold, sheet)).collect())
}

fn folding_range(fold: ide::Fold, sheet: &Sheet) -> FoldingRange {
    // Lines are the same in every encoding.
    let Range { start, end } = sheet.range(fold.range, Encoding::Utf8);
    FoldingRange {
        start_line: start.line,
        end_line: end.line,
        kind: match fold.kind {
            ide::FoldKind::Code => None,
            ide::FoldKind::Comment => Some(FoldingRangeKind::Comment),
            ide::FoldKind::Imports => Some(FoldingRangeKind::Imports),
        },
        ..FoldingRange::default()
    }
}

/// For each position the pieces around it, innermost first.
pub fn selections(checked: &Checked, positions: &[Position], agreed: &Agreed) -> Option<Vec<SelectionRange>> {
    let (found, sheet): (Vec<Vec<TextRange>>, &Sheet) = match script(checked) {
        Some((analysis, sheet)) => {
            let offsets = positions.iter().map(|&position| sheet.offset(position, agreed.encoding));
            (offsets.map(|offset| ide::selections(analysis, offset)).collect(), sheet)
        }
        None => {
            let (document, sheet) = manifest(checked)?;
            let offsets = positions.iter().map(|&position| sheet.offset(position, agreed.encoding));
            (offsets.map(|offset| ide::manifest::selections(document, offset)).collect(), sheet)
        }
    };
    let nested = |ranges: Vec<TextRange>| {
        ranges.into_iter().rev().fold(None, |parent, range| {
            Some(SelectionRange { range: sheet.range(range, agreed.encoding), parent: parent.map(Box::new) })
        })
    };
    found.into_iter().map(nested).collect()
}
