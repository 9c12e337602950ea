//! fix.
