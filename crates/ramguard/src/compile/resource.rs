//! The resource of a statement, field by field.
//!
//! A pattern matches a resource field by field, so a wildcard of one field never reaches into
//! another (rules ).
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use ramguard_match::{Case, Pattern};
use ramguard_policy::name::resource::{ArnFields, Resource};

use super::{Polarity, folded};
use crate::Request;
use crate::explain::ArnField;

/// One entry of `Resource`.
#[derive(Clone, Debug)]
pub(crate) enum ResourceTest {
    /// `*`: every resource, and the only entry that covers the request resource `*`.
    Any,
    /// Five fields.
    Arn(Box<ArnTest>),
}

/// The patterns of the four variable fields.
#[derive(Clone, Debug)]
pub(crate) struct ArnTest {
    service: Pattern,
    region: Pattern,
    account: Pattern,
    relative_id: Pattern,
    /// The relative id as resources of RAM itself compare it, without regard to case (rule R-6);
    /// only there if the service field can be `ram`.
    ram_relative_id: Option<Pattern>,
}

impl ResourceTest {
    pub(crate) fn compile(text: &str) -> Self {
        match Resource::parse(text) {
            Ok(Resource::Arn(arn)) => Self::Arn(Box::new(ArnTest::compile(&arn))),
            // A policy holds nothing that does not parse, so what is left is `*`.
            _ => Self::Any,
        }
    }

    /// Returns whether the entry covers the resource of the request, the region of a RAM resource
    /// judged by `polarity` (rule R-7).
    pub(crate) fn matches(&self, request: &Request<'_>, polarity: Polarity) -> bool {
        match (self, request.arn()) {
            (Self::Any, _) => true,
            (Self::Arn(_), None) => false,
            (Self::Arn(test), Some(arn)) => test.matches(&arn, request.is_ram(), polarity),
        }
    }
}

impl ResourceTest {
    /// Returns how many bytes it takes outside itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Any => 0,
            Self::Arn(test) => size_of::<ArnTest>().saturating_add(test.heap_bytes()),
        }
    }

    /// Returns the first field of the entry that does not match the resource of the request;
    /// `None` if the entry covers it or there are no fields to compare.
    pub(crate) fn first_mismatch(
        &self,
        request: &Request<'_>,
        polarity: Polarity,
    ) -> Option<ArnField> {
        let (Self::Arn(test), Some(arn)) = (self, request.arn()) else { return None };
        if test.matches(&arn, request.is_ram(), polarity) {
            None
        } else if !test.service.is_match(arn.service) {
            Some(ArnField::Service)
        } else if !test.account.is_match(arn.account) {
            Some(ArnField::Account)
        } else if !test.region_fits(&arn, request.is_ram(), polarity) {
            Some(ArnField::Region)
        } else {
            Some(ArnField::RelativeId)
        }
    }
}

impl ArnTest {
    fn compile(arn: &ArnFields<'_>) -> Self {
        let service = folded(arn.service);
        let ram_relative_id = service.is_match("ram").then(|| folded(arn.relative_id));
        Self {
            service,
            region: folded(arn.region),
            account: folded(arn.account),
            relative_id: Pattern::new(arn.relative_id, Case::Sensitive),
            ram_relative_id,
        }
    }

    fn heap_bytes(&self) -> usize {
        [&self.service, &self.region, &self.account, &self.relative_id]
            .into_iter()
            .chain(&self.ram_relative_id)
            .map(|pattern| pattern.text().len())
            .sum()
    }

    fn matches(&self, arn: &ArnFields<'_>, is_ram: bool, polarity: Polarity) -> bool {
        self.service.is_match(arn.service)
            && self.account.is_match(arn.account)
            && self.region_fits(arn, is_ram, polarity)
            && if is_ram {
                self.ram_relative_id.as_ref().is_some_and(|id| id.is_match(arn.relative_id))
            } else {
                self.relative_id.is_match(arn.relative_id)
            }
    }

    /// The region of a RAM resource is blank: an Allow has to match that, a Deny need not look
    /// (rule R-7).
    fn region_fits(&self, arn: &ArnFields<'_>, is_ram: bool, polarity: Polarity) -> bool {
        match (is_ram, polarity) {
            (false, _) => self.region.is_match(arn.region),
            (true, Polarity::Allow) => self.region.is_match(""),
            (true, Polarity::Deny) => true,
        }
    }
}
