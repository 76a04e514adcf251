//! The smaller tables: service principals, PassRole actions, regions, aliases and renamed actions.

use crate::table::{ALIASES, MISNAMED, PASSROLES, PRINCIPALS, REGIONS, RENAMED, Row};

/// An API parameter that hands a RAM role to a service.
#[derive(Clone, Copy)]
pub struct PassRole {
    row: Row,
}

impl PassRole {
    /// Returns the action, `ecs:AttachInstanceRamRole`.
    #[must_use]
    pub fn action(self) -> &'static str {
        self.row.text(0)
    }

    /// Returns the name of the parameter.
    #[must_use]
    pub fn parameter(self) -> &'static str {
        self.row.text(4)
    }

    /// Returns the service the role has to trust, empty where it is not known.
    #[must_use]
    pub fn principal(self) -> &'static str {
        self.row.text(8)
    }

    /// Returns whether a document says that the caller needs `ram:PassRole`; otherwise it is
    /// likely, not proven.
    #[must_use]
    pub fn is_documented(self) -> bool {
        self.row.byte(12) == 1
    }
}

impl std::fmt::Debug for PassRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PassRole({} {})", self.action(), self.parameter())
    }
}

/// Returns every action that takes a role, ordered by name; one entry a parameter.
pub fn passrole_actions() -> impl ExactSizeIterator<Item = PassRole> + Clone {
    (0..PASSROLES.len()).map(|index| PassRole { row: PASSROLES.row(index) })
}

/// Returns the entries of one action, compared without regard to ASCII case.
pub fn passrole(action: &str) -> impl Iterator<Item = PassRole> {
    let from = PASSROLES.lower_bound(0, PASSROLES.len(), action);
    PASSROLES
        .rows(from, PASSROLES.len())
        .map(|row| PassRole { row })
        .take_while(move |entry| entry.action().eq_ignore_ascii_case(action))
}

/// Returns every service principal that was seen, in order. A missing one was not seen; it may
/// exist all the same.
pub fn service_principals() -> impl ExactSizeIterator<Item = &'static str> + Clone {
    (0..PRINCIPALS.len()).map(|index| PRINCIPALS.row(index).text(0))
}

/// Returns whether this service principal was seen, exactly as written (rule T-3).
#[must_use]
pub fn is_service_principal(text: &str) -> bool {
    PRINCIPALS.find(text).is_some_and(|(_, row)| row.text(0) == text)
}

/// Returns every region id, in order.
pub fn regions() -> impl ExactSizeIterator<Item = &'static str> + Clone {
    (0..REGIONS.len()).map(|index| REGIONS.row(index).text(0))
}

/// Returns whether a region has this id, without regard to ASCII case (rule R-6).
#[must_use]
pub fn is_region(text: &str) -> bool {
    REGIONS.find(text).is_some()
}

/// Returns the RAM code that is meant by a name people write for a service: `oss` for `s3`.
#[must_use]
pub fn alias(name: &str) -> Option<&'static str> {
    ALIASES.find(name).map(|(_, row)| row.text(4))
}

/// Returns the successor of an action and why it has one.
#[must_use]
pub fn renamed(action: &str) -> Option<(&'static str, &'static str)> {
    RENAMED.find(action).map(|(_, row)| (row.text(4), row.text(8)))
}

/// Returns the action that is checked where people write this one, and why: `oss:GetObject` for
/// `oss:HeadObject`.
#[must_use]
pub fn misnamed(action: &str) -> Option<(&'static str, &'static str)> {
    MISNAMED.find(action).map(|(_, row)| (row.text(4), row.text(8)))
}
