//! Actions: what the catalogue knows about `ecs:StopInstance`.

use std::fmt;

use crate::table::{ACTIONS, Row, TEMPLATES};

/// What an action does, in the words of the RAM documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Reads the content or the state of a resource.
    Read,
    /// Lists resources.
    List,
    /// Creates, changes or deletes a resource.
    Write,
    /// Changes who may do what.
    Permissions,
    /// Changes tags only.
    Tagging,
}

impl AccessLevel {
    /// Returns the lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
            Self::Permissions => "permissions",
            Self::Tagging => "tagging",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a statement of the catalogue rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// A public document says so.
    Documented,
    /// Set by hand.
    Curated,
    /// Derived by rule: good for a hint, not for a decision.
    Derived,
}

/// The best source the name of an action was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A page of the help centre, 2025 or later.
    HelpCentre,
    /// A table of the published documentation, 2019 to 2021.
    Documentation,
    /// A list of APIs; the action is taken to have the name of the API.
    ApiList,
    /// A published policy and nothing else.
    PolicyOnly,
}

/// One action of the catalogue. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Action {
    service: &'static str,
    row: Row,
}

impl Action {
    pub(crate) fn at(service: &'static str, index: usize) -> Self {
        Self { service, row: ACTIONS.row(index) }
    }

    /// Returns the RAM code of the service.
    #[must_use]
    pub fn service(self) -> &'static str {
        self.service
    }

    /// Returns the name after the colon, as documented.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.text(0)
    }

    /// Returns the access level, where one is known or guessed; see [`Action::level_basis`].
    #[must_use]
    pub fn level(self) -> Option<AccessLevel> {
        match self.row.byte(4) & 0b111 {
            1 => Some(AccessLevel::Read),
            2 => Some(AccessLevel::List),
            3 => Some(AccessLevel::Write),
            4 => Some(AccessLevel::Permissions),
            5 => Some(AccessLevel::Tagging),
            _ => None,
        }
    }

    /// Returns what the access level rests on: [`Basis::Derived`] is the first word of the name.
    #[must_use]
    pub fn level_basis(self) -> Option<Basis> {
        match (self.row.byte(4) >> 3) & 0b11 {
            1 => Some(Basis::Documented),
            2 => Some(Basis::Curated),
            3 => Some(Basis::Derived),
            _ => None,
        }
    }

    /// Returns the ARNs it is checked on, variables as `${Name}`; `*` where only all resources are
    /// documented. None does not mean that there is no resource level: it is not known.
    pub fn templates(self) -> impl ExactSizeIterator<Item = &'static str> + Clone + use<> {
        let start = self.row.u16(6);
        let count = usize::from(self.row.byte(8));
        (start..start + count).map(|index| TEMPLATES.row(index).text(0))
    }

    /// Returns what the templates rest on.
    #[must_use]
    pub fn template_basis(self) -> Option<Basis> {
        match (self.row.byte(4) >> 5) & 0b11 {
            1 => Some(Basis::Documented),
            2 => Some(Basis::Derived),
            _ => None,
        }
    }

    /// Returns the best source of the name.
    #[must_use]
    pub fn origin(self) -> Origin {
        match self.row.byte(5) & 0b1111 {
            1 | 2 => Origin::HelpCentre,
            3 => Origin::Documentation,
            4 => Origin::ApiList,
            _ => Origin::PolicyOnly,
        }
    }

    /// Returns whether [`misnamed`](crate::misnamed) has another name for it.
    #[must_use]
    pub fn is_misnamed(self) -> bool {
        (self.row.byte(5) >> 6) & 1 == 1
    }

    /// Returns whether [`renamed`](crate::renamed) has a successor for it.
    #[must_use]
    pub fn is_renamed(self) -> bool {
        (self.row.byte(5) >> 7) & 1 == 1
    }

    /// Returns whether anything but a published policy names it.
    #[must_use]
    pub fn is_verified(self) -> bool {
        self.origin() != Origin::PolicyOnly
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name())
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({self})")
    }
}
