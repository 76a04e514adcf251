//! What can be wrong with a policy document: code, place, message and remedy.
//!
//! The codes are the reject codes of section 1.3 of the language; they are stable and appear in
//! the JSON output of the command. Messages use the words of RAM's own policy checker.
//!
//! Always holds here: a message and a remedy are one line in which every character is visible,
//! whatever the document says; the fields of a [`ProblemKind`] hold its text as it is.

use std::fmt;

use crate::condition::{Operator, ValueErrorKind};
use crate::json::Fault;
use crate::text::{Span, one_line, shown};
use crate::{Kind, json::FaultCode};

/// The stable name of a reason to refuse a document (section 1.3 of the language).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is the code it prints, explained in the language")]
pub enum ProblemCode {
    JsonSyntax,
    JsonDuplicateKey,
    JsonEncoding,
    JsonDepth,
    SizeLimit,
    DataTypeMismatch,
    UnknownElement,
    MissingVersion,
    InvalidVersion,
    MissingStatement,
    EmptyStatement,
    MissingEffect,
    InvalidEffect,
    MissingAction,
    ActionConflict,
    EmptyList,
    InvalidActionFormat,
    MissingResource,
    ResourceNotAllowed,
    InvalidArnPrefix,
    MissingArnField,
    InvalidArnField,
    MissingPrincipal,
    PrincipalNotAllowed,
    InvalidPrincipal,
    InvalidConditionOperator,
    InvalidConditionKey,
    InvalidConditionValue,
    MultipleBoolean,
}

impl ProblemCode {
    /// Every code, in the order of the language.
    pub const ALL: [Self; 29] = [
        Self::JsonSyntax,
        Self::JsonDuplicateKey,
        Self::JsonEncoding,
        Self::JsonDepth,
        Self::SizeLimit,
        Self::DataTypeMismatch,
        Self::UnknownElement,
        Self::MissingVersion,
        Self::InvalidVersion,
        Self::MissingStatement,
        Self::EmptyStatement,
        Self::MissingEffect,
        Self::InvalidEffect,
        Self::MissingAction,
        Self::ActionConflict,
        Self::EmptyList,
        Self::InvalidActionFormat,
        Self::MissingResource,
        Self::ResourceNotAllowed,
        Self::InvalidArnPrefix,
        Self::MissingArnField,
        Self::InvalidArnField,
        Self::MissingPrincipal,
        Self::PrincipalNotAllowed,
        Self::InvalidPrincipal,
        Self::InvalidConditionOperator,
        Self::InvalidConditionKey,
        Self::InvalidConditionValue,
        Self::MultipleBoolean,
    ];

    /// Returns the code as it is printed, for example `invalid-action-format`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonSyntax => "json-syntax",
            Self::JsonDuplicateKey => "json-duplicate-key",
            Self::JsonEncoding => "json-encoding",
            Self::JsonDepth => "json-depth",
            Self::SizeLimit => "size-limit",
            Self::DataTypeMismatch => "data-type-mismatch",
            Self::UnknownElement => "unknown-element",
            Self::MissingVersion => "missing-version",
            Self::InvalidVersion => "invalid-version",
            Self::MissingStatement => "missing-statement",
            Self::EmptyStatement => "empty-statement",
            Self::MissingEffect => "missing-effect",
            Self::InvalidEffect => "invalid-effect",
            Self::MissingAction => "missing-action",
            Self::ActionConflict => "action-conflict",
            Self::EmptyList => "empty-list",
            Self::InvalidActionFormat => "invalid-action-format",
            Self::MissingResource => "missing-resource",
            Self::ResourceNotAllowed => "resource-not-allowed",
            Self::InvalidArnPrefix => "invalid-arn-prefix",
            Self::MissingArnField => "missing-arn-field",
            Self::InvalidArnField => "invalid-arn-field",
            Self::MissingPrincipal => "missing-principal",
            Self::PrincipalNotAllowed => "principal-not-allowed",
            Self::InvalidPrincipal => "invalid-principal",
            Self::InvalidConditionOperator => "invalid-condition-operator",
            Self::InvalidConditionKey => "invalid-condition-key",
            Self::InvalidConditionValue => "invalid-condition-value",
            Self::MultipleBoolean => "multiple-boolean",
        }
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    span: Span,
    related: Option<Related>,
}

/// A second place that explains a [`Problem`], with the words to print beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where the second place is.
    pub span: Span,
    /// What it is, for example "first given here".
    pub label: &'static str,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, span: Span) -> Self {
        Self { kind, span, related: None }
    }

    pub(crate) fn with_related(mut self, span: Span, label: &'static str) -> Self {
        self.related = Some(Related { span, label });
        self
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ProblemKind {
        &self.kind
    }

    /// Returns the stable code of what is wrong.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        self.kind.code()
    }

    /// Returns where, in bytes of the document.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns the second place that explains the first, if there is one.
    #[must_use]
    pub fn related(&self) -> Option<Related> {
        self.related
    }

    /// Returns what to do about it, if that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.kind.help()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

/// What can be wrong with a policy document.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The text is not strict JSON (G-1).
    #[error("{0}")]
    Json(Fault),
    /// The document is longer than its kind may be (1.4).
    #[error("the {kind} policy has {bytes} bytes; the limit is {limit}")]
    Size {
        /// The kind whose limit counts.
        kind: Kind,
        /// How long the document is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A value has another JSON type than its element asks for (G-3, G-12).
    #[error("{} must be {expected}, not {found}", one_line(.element))]
    DataType {
        /// The element, in the words of the language.
        element: Box<str>,
        /// The JSON types it may have.
        expected: &'static str,
        /// The JSON type it has.
        found: &'static str,
    },
    /// A member that no element of the language has (G-4).
    #[error("invalid policy element `{}`", shown(.name))]
    UnknownElement {
        /// The member's name.
        name: Box<str>,
        /// What it stands for instead, or why it is not there.
        remedy: Box<str>,
    },
    /// `Version` is missing (G-2).
    #[error("the policy has no `Version`")]
    MissingVersion,
    /// `Version` is not `"1"` (G-2, D-03).
    #[error("invalid version `{}`", shown(.found))]
    InvalidVersion {
        /// The version given.
        found: Box<str>,
    },
    /// `Statement` is missing (G-3).
    #[error("the policy has no `Statement`")]
    MissingStatement,
    /// `Statement` is an empty list, or a statement is an empty object (G-3).
    #[error("`Statement` holds no statement")]
    EmptyStatement,
    /// `Effect` is missing (G-6).
    #[error("the statement has no `Effect`")]
    MissingEffect,
    /// `Effect` is neither `Allow` nor `Deny` (G-6).
    #[error("invalid effect `{}`", shown(.found))]
    InvalidEffect {
        /// The effect given.
        found: Box<str>,
    },
    /// Neither `Action` nor `NotAction` (G-7).
    #[error("the statement has no `Action`")]
    MissingAction {
        /// Whether `NotAction` would do as well.
        or_not_action: bool,
    },
    /// Both `Action` and `NotAction` (G-7).
    #[error("the statement has both `Action` and `NotAction`")]
    ActionConflict,
    /// A list or map without an entry (G-10, G-13, D-09).
    #[error("{} is empty", one_line(.element))]
    EmptyList {
        /// The element, in the words of the language.
        element: Box<str>,
    },
    /// An action that is not `*` or `<ram-code>:<action-name>`.
    #[error("invalid action format `{}`", shown(.found))]
    InvalidAction {
        /// The action given.
        found: Box<str>,
        /// What to write instead.
        remedy: Box<str>,
    },
    /// `Resource` is missing (G-8).
    #[error("the statement has no `Resource`")]
    MissingResource,
    /// `Resource` in a trust policy (T-8).
    #[error("`{name}` is not allowed in a trust policy")]
    ResourceNotAllowed {
        /// `Resource` or `NotResource`.
        name: &'static str,
    },
    /// A resource that is not `*` and does not begin with `acs:`.
    #[error("invalid ARN prefix in `{}`", shown(.found))]
    InvalidArnPrefix {
        /// The resource given.
        found: Box<str>,
        /// What to write instead.
        remedy: Box<str>,
    },
    /// A resource with fewer than five fields, or an empty service or relative id.
    #[error("missing ARN field in `{}`: {what}", shown(.found))]
    MissingArnField {
        /// The resource given.
        found: Box<str>,
        /// Which field is missing or empty.
        what: &'static str,
        /// What to write instead.
        remedy: Box<str>,
    },
    /// A blank or `/` in the service, region or account field.
    #[error("invalid ARN field in `{}`: {what}", shown(.found))]
    InvalidArnField {
        /// The resource given.
        found: Box<str>,
        /// Which field, and what is wrong with it.
        what: &'static str,
    },
    /// `Principal` is missing (G-9).
    #[error("the statement has no `Principal`")]
    MissingPrincipal {
        /// The kind, which decides the form of the remedy.
        kind: Kind,
    },
    /// `Principal` in a policy that is attached to its principal (G-9, D-06).
    #[error("`Principal` is not allowed in {article} {kind} policy", article = article(*.kind))]
    PrincipalNotAllowed {
        /// The kind of the document.
        kind: Kind,
    },
    /// A principal of no known form (T-1 to T-4, T-8, 5.2).
    #[error("invalid principal `{}`", shown(.found))]
    InvalidPrincipal {
        /// The principal given.
        found: Box<str>,
        /// What to write instead.
        remedy: Box<str>,
    },
    /// An operator that RAM does not have (4.1, D-30).
    #[error("invalid condition operator `{}`", shown(.found))]
    InvalidOperator {
        /// The operator given.
        found: Box<str>,
        /// What to write instead, or why there is nothing like it.
        remedy: Box<str>,
    },
    /// A key that is not `<ram-code>:<condition-key>` (C-9).
    #[error("invalid condition key format `{}`", shown(.found))]
    InvalidKey {
        /// The key given.
        found: Box<str>,
    },
    /// A value that its operator cannot read (4.1).
    #[error("invalid value `{}` for {operator}: {kind}", shown(.found), operator = operator.name())]
    InvalidValue {
        /// The value given.
        found: Box<str>,
        /// The operator it stands under.
        operator: Operator,
        /// What is wrong with it.
        kind: ValueErrorKind,
    },
    /// More than one value under `Bool` (C-7).
    #[error("`Bool` takes exactly one value; `{}` has {count}", shown(.key))]
    MultipleBoolean {
        /// The condition key.
        key: Box<str>,
        /// How many values it has.
        count: usize,
    },
}

fn article(kind: Kind) -> &'static str {
    if kind == Kind::Identity { "an" } else { "a" }
}

impl ProblemKind {
    /// Returns the stable code.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Json(fault) => match fault.code() {
                FaultCode::Syntax => ProblemCode::JsonSyntax,
                FaultCode::DuplicateKey => ProblemCode::JsonDuplicateKey,
                FaultCode::Encoding => ProblemCode::JsonEncoding,
                FaultCode::Depth => ProblemCode::JsonDepth,
                FaultCode::Size => ProblemCode::SizeLimit,
            },
            Self::Size { .. } => ProblemCode::SizeLimit,
            Self::DataType { .. } => ProblemCode::DataTypeMismatch,
            Self::UnknownElement { .. } => ProblemCode::UnknownElement,
            Self::MissingVersion => ProblemCode::MissingVersion,
            Self::InvalidVersion { .. } => ProblemCode::InvalidVersion,
            Self::MissingStatement => ProblemCode::MissingStatement,
            Self::EmptyStatement => ProblemCode::EmptyStatement,
            Self::MissingEffect => ProblemCode::MissingEffect,
            Self::InvalidEffect { .. } => ProblemCode::InvalidEffect,
            Self::MissingAction { .. } => ProblemCode::MissingAction,
            Self::ActionConflict => ProblemCode::ActionConflict,
            Self::EmptyList { .. } => ProblemCode::EmptyList,
            Self::InvalidAction { .. } => ProblemCode::InvalidActionFormat,
            Self::MissingResource => ProblemCode::MissingResource,
            Self::ResourceNotAllowed { .. } => ProblemCode::ResourceNotAllowed,
            Self::InvalidArnPrefix { .. } => ProblemCode::InvalidArnPrefix,
            Self::MissingArnField { .. } => ProblemCode::MissingArnField,
            Self::InvalidArnField { .. } => ProblemCode::InvalidArnField,
            Self::MissingPrincipal { .. } => ProblemCode::MissingPrincipal,
            Self::PrincipalNotAllowed { .. } => ProblemCode::PrincipalNotAllowed,
            Self::InvalidPrincipal { .. } => ProblemCode::InvalidPrincipal,
            Self::InvalidOperator { .. } => ProblemCode::InvalidConditionOperator,
            Self::InvalidKey { .. } => ProblemCode::InvalidConditionKey,
            Self::InvalidValue { .. } => ProblemCode::InvalidConditionValue,
            Self::MultipleBoolean { .. } => ProblemCode::MultipleBoolean,
        }
    }

    /// Returns what to do about it, if that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::Json(fault) => return fault.help(),
            Self::Size { .. } => "split it into several policies, or use wildcards and shared \
                                  prefixes to shorten its lists"
                .into(),
            Self::DataType { expected, .. } => format!("write {expected}"),
            Self::UnknownElement { remedy, .. }
            | Self::InvalidAction { remedy, .. }
            | Self::InvalidArnPrefix { remedy, .. }
            | Self::MissingArnField { remedy, .. }
            | Self::InvalidPrincipal { remedy, .. }
            | Self::InvalidOperator { remedy, .. } => remedy.to_string(),
            Self::MissingVersion => "add `\"Version\": \"1\"`".into(),
            Self::InvalidVersion { .. } => "RAM knows one version: write `\"1\"`".into(),
            Self::MissingStatement => "add `\"Statement\": [ ... ]`".into(),
            Self::EmptyStatement => {
                "give at least one statement with `Effect`, `Action` and `Resource`".into()
            }
            Self::MissingEffect => "add `\"Effect\": \"Allow\"` or `\"Effect\": \"Deny\"`".into(),
            Self::InvalidEffect { found } => {
                let lower = found.trim().to_ascii_lowercase();
                if lower.starts_with("allow") {
                    "did you mean `Allow`?".into()
                } else if lower.starts_with("den") {
                    "did you mean `Deny`?".into()
                } else {
                    "write `Allow` or `Deny`".into()
                }
            }
            Self::MissingAction { or_not_action: true } => "add `Action` or `NotAction`".into(),
            Self::MissingAction { or_not_action: false } => "add `Action`".into(),
            Self::ActionConflict => "keep one of the two; split the statement if both are \
                                     needed"
                .into(),
            Self::EmptyList { .. } => "give at least one entry, or remove the element".into(),
            Self::MissingResource => {
                "add `\"Resource\": \"*\"` or the ARNs the statement is about".into()
            }
            Self::ResourceNotAllowed { .. } => {
                "remove it: the resource of a trust policy is the role it belongs to".into()
            }
            Self::InvalidArnField { .. } => "the first four fields hold no blank and no `/`; is \
                                             a colon missing? \
                                             acs:<ram-code>:<region>:<account-id>:<relative-id>"
                .into(),
            Self::MissingPrincipal { kind: Kind::Bucket } => {
                "add `\"Principal\": [\"<uid>\"]` or `[\"*\"]`".into()
            }
            Self::MissingPrincipal { .. } => "add `\"Principal\"` with `RAM`, `Service` or \
                                              `Federated`, for example `{\"Service\": \
                                              [\"ecs.aliyuncs.com\"]}`"
                .into(),
            Self::PrincipalNotAllowed { .. } => {
                "remove it: the principal is whoever the policy is attached to".into()
            }
            Self::InvalidKey { .. } => {
                "write `<ram-code>:<condition-key>` without blanks, for example `acs:SourceIp` \
                 or `acs:ResourceTag/team`"
                    .into()
            }
            Self::InvalidValue { kind, .. } => kind.help(),
            Self::MultipleBoolean { .. } => "keep one of `\"true\"` and `\"false\"`".into(),
        };
        // A remedy quotes the document as well, in words that were put together elsewhere.
        Some(one_line(&text).to_string())
    }
}

/// A document that was refused: every problem found in it, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    problems: Vec<Problem>,
    first: (u32, u32),
}

impl PolicyError {
    pub(crate) fn new(problems: Vec<Problem>, text: &str) -> Self {
        let position = problems.first().map_or(0, |problem| problem.span().start);
        let position = crate::text::LineIndex::new(text).position(position);
        Self { problems, first: (position.line, position.column) }
    }

    /// Returns every problem, in the order of the text; there is at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.problems.first() else {
            return f.write_str("policy refused");
        };
        let (line, column) = self.first;
        write!(f, "{first} at line {line}, column {column}")?;
        match self.problems.len() - 1 {
            0 => Ok(()),
            1 => f.write_str(" (and 1 more problem)"),
            more => write!(f, " (and {more} more problems)"),
        }
    }
}

impl std::error::Error for PolicyError {}
