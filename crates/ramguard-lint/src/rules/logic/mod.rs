//! RAM5xx: statements against each other. All but one need the exact set of requests.

use crate::rule::Rule;

pub(crate) mod allow_notaction;

pub(crate) static RULES: &[&dyn Rule] = &[&allow_notaction::AllowNotaction];
