//! D32xx: names and imports.

pub(super) mod reserved_class;
