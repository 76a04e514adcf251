//! RAM9xx: style and housekeeping.

use crate::rule::Rule;

pub(crate) static RULES: &[&dyn Rule] = &[];
