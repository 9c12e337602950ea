//! D32xx: names and imports.

pub(super) mod possibly_unbound;
pub(super) mod reserved_class;
