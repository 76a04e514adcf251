//! The rules, one a file, in a folder for every category.

use crate::rule::Rule;

pub(crate) mod condition;
pub(crate) mod escalation;
pub(crate) mod grammar;
pub(crate) mod logic;
pub(crate) mod name;
pub(crate) mod security;
pub(crate) mod style;
pub(crate) mod text;
pub(crate) mod trust;

/// The rules of every category, in the order of their codes.
pub(crate) static CATEGORIES: [&[&dyn Rule]; 9] = [
    text::RULES,
    grammar::RULES,
    name::RULES,
    condition::RULES,
    logic::RULES,
    security::RULES,
    trust::RULES,
    escalation::RULES,
    style::RULES,
];
