//! How results are put into words, pictures and JSON.

pub(crate) mod decision;
pub(crate) mod escape;
pub(crate) mod finding;
pub(crate) mod json;
pub(crate) mod snippet;
pub(crate) mod terminal;
