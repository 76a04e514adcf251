//! Services: the part of an action before the colon, and what is known about it.

use std::fmt;

use crate::action::Action;
use crate::slot::{next_slot, slot_of};
use crate::table::{ACTIONS, Row, SERVICES, SLOTS};

/// The finest thing a policy can name for a service, as documented in 2021.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Granularity {
    /// The service as a whole.
    Service,
    /// Single operations.
    Operation,
    /// Single resources.
    Resource,
}

/// One service of the catalogue. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Service {
    row: Row,
}

impl Service {
    pub(crate) fn from_row(row: Row) -> Self {
        Self { row }
    }

    /// Returns the RAM code, the part of an action before the colon.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.text(0)
    }

    /// Returns the name of the product, empty where it is not known.
    #[must_use]
    pub fn product(self) -> &'static str {
        self.row.text(4)
    }

    /// Returns its actions, ordered by name without regard to case.
    pub fn actions(self) -> impl ExactSizeIterator<Item = Action> + Clone + use<> {
        let name = self.name();
        let (from, to) = self.range();
        (from..to).map(move |index| Action::at(name, index))
    }

    /// Finds an action by the name after the colon, without regard to ASCII case (rule A-2).
    #[must_use]
    pub fn action(self, name: &str) -> Option<Action> {
        let (service, (from, to)) = (self.name(), self.range());
        let slots =
            std::iter::successors(Some(slot_of(service, name)), |&slot| Some(next_slot(slot)));
        slots
            .take(SLOTS.len())
            // A free slot ends the search: the action would stand in it.
            .map_while(|slot| SLOTS.row(slot).u16(0).checked_sub(1))
            .filter(|index| (from..to).contains(index))
            .map(|index| Action::at(service, index))
            .find(|action| action.name().eq_ignore_ascii_case(name))
    }

    /// Returns the finest thing a policy can name, where the documentation says so.
    #[must_use]
    pub fn granularity(self) -> Option<Granularity> {
        match self.row.byte(16) & 0b11 {
            1 => Some(Granularity::Service),
            2 => Some(Granularity::Operation),
            3 => Some(Granularity::Resource),
            _ => None,
        }
    }

    /// Returns whether its API takes STS credentials, where the documentation says so.
    #[must_use]
    pub fn takes_sts(self) -> Option<bool> {
        match (self.row.byte(16) >> 2) & 0b11 {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }

    /// Returns whether its machines can carry an instance role.
    #[must_use]
    pub fn takes_instance_role(self) -> bool {
        (self.row.byte(16) >> 6) & 1 == 1
    }

    /// Returns whether a list of APIs stands behind it. Without one it was only seen in documents
    /// or policies, and some such names are misspelt by their authors.
    #[must_use]
    pub fn has_api(self) -> bool {
        self.row.byte(17) & 1 == 1
    }

    /// Returns whether a document, a list of APIs or a verified action names it.
    #[must_use]
    pub fn is_verified(self) -> bool {
        self.row.byte(17) != 0 || self.actions().any(Action::is_verified)
    }

    fn range(self) -> (usize, usize) {
        (self.row.u32(8), self.row.u32(12).min(ACTIONS.len()))
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({})", self.name())
    }
}

/// Returns every service, ordered by RAM code.
pub fn services() -> impl ExactSizeIterator<Item = Service> + Clone {
    (0..SERVICES.len()).map(|index| Service::from_row(SERVICES.row(index)))
}

/// Finds a service by its RAM code, without regard to ASCII case.
#[must_use]
pub fn service(name: &str) -> Option<Service> {
    SERVICES.find(name).map(|(_, row)| Service::from_row(row))
}
