//! How results are put into words, pictures and JSON.

pub(crate) mod agent;
pub(crate) mod azure;
pub(crate) mod checkstyle;
pub(crate) mod decision;
pub(crate) mod escape;
pub(crate) mod finding;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod json;
pub(crate) mod junit;
mod line_hash;
pub(crate) mod markdown;
pub(crate) mod rdjson;
pub(crate) mod report;
pub(crate) mod sarif;
pub(crate) mod snippet;
pub(crate) mod terminal;
mod xml;
