//! RAM8xx: chains of grants that lead to more than each of them says.
//!
//! All of them need the exact set of requests, or a snapshot of the account; none is written yet.

use crate::rule::Rule;

pub(crate) static RULES: &[&dyn Rule] = &[];
