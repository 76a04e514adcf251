//! The catalogue with what a user adds to it.

use std::collections::BTreeSet;

use crate::action::Action;
use crate::key::{ConditionKey, condition_key};
use crate::nearest::nearest;
use crate::service::{Service, service, services};
use crate::{alias, is_region, is_service_principal, regions, service_principals};

/// The generated tables plus the names a user has added in the settings.
///
/// Names added are known; nothing else is said about them. Comparison ignores ASCII case, except
/// for service principals, which RAM compares exactly.
///
/// ```
/// use ramguard_catalog::{Catalog, Known};
///
/// let mut catalog = Catalog::new();
/// assert_eq!(catalog.action_is_known("cms", "GetPulse"), Known::No);
/// catalog.add_action("cms:GetPulse");
/// assert_eq!(catalog.action_is_known("cms", "getpulse"), Known::Yes);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    services: BTreeSet<String>,
    actions: BTreeSet<String>,
    condition_keys: BTreeSet<String>,
    service_principals: BTreeSet<String>,
    regions: BTreeSet<String>,
}

/// How well a name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Known {
    /// Nothing names it.
    No,
    /// Published policies use it, and nothing else names it: a name without an API, an old name,
    /// or an author's mistake.
    SeenInPolicies,
    /// A document or a list of APIs names it, or the user does.
    Yes,
}

impl Catalog {
    /// Returns the catalogue without additions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a service by its RAM code.
    pub fn add_service(&mut self, name: &str) {
        self.services.insert(name.to_ascii_lowercase());
    }

    /// Adds an action, `service:Name`, and its service.
    pub fn add_action(&mut self, name: &str) {
        if let Some((service, _)) = name.split_once(':') {
            self.add_service(service);
        }
        self.actions.insert(name.to_ascii_lowercase());
    }

    /// Adds a condition key, without a tag key.
    pub fn add_condition_key(&mut self, name: &str) {
        self.condition_keys.insert(name.to_ascii_lowercase());
    }

    /// Adds a service principal, `name.aliyuncs.com`.
    pub fn add_service_principal(&mut self, name: &str) {
        self.service_principals.insert(name.to_owned());
    }

    /// Adds a region id.
    pub fn add_region(&mut self, name: &str) {
        self.regions.insert(name.to_ascii_lowercase());
    }

    /// Returns how well a service is known by its RAM code.
    #[must_use]
    pub fn service_is_known(&self, name: &str) -> Known {
        if holds(&self.services, name) {
            return Known::Yes;
        }
        match service(name) {
            // Published policies write product codes for RAM codes, and some actions are listed
            // under them; the list of aliases was made by hand and knows better.
            Some(service) if !service.has_api() && alias(name).is_some() => Known::No,
            Some(service) if service.is_verified() => Known::Yes,
            Some(_) => Known::SeenInPolicies,
            None => Known::No,
        }
    }

    /// Returns how well an action is known.
    #[must_use]
    pub fn action_is_known(&self, service_name: &str, name: &str) -> Known {
        if !self.actions.is_empty() {
            let folded = format!("{service_name}:{name}").to_ascii_lowercase();
            if self.actions.contains(&folded) {
                return Known::Yes;
            }
        }
        match self.action(service_name, name) {
            Some(action) if action.is_verified() => Known::Yes,
            Some(_) => Known::SeenInPolicies,
            None => Known::No,
        }
    }

    /// Finds a service of the generated tables.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<Service> {
        service(name)
    }

    /// Finds an action of the generated tables.
    #[must_use]
    pub fn action(&self, service_name: &str, name: &str) -> Option<Action> {
        service(service_name)?.action(name)
    }

    /// Returns the names after the colon of a service's actions that a user has added, lower-case.
    pub fn added_actions<'c>(&'c self, service_name: &str) -> impl Iterator<Item = &'c str> {
        let prefix = format!("{}:", service_name.to_ascii_lowercase());
        let from = self.actions.range(prefix.clone()..);
        let mine = from.take_while({
            let prefix = prefix.clone();
            move |name| name.starts_with(&prefix)
        });
        mine.filter_map(move |name| name.get(prefix.len()..))
    }

    /// Finds a condition key of the generated tables; see [`condition_key`].
    #[must_use]
    pub fn condition_key(&self, text: &str) -> Option<ConditionKey> {
        condition_key(text)
    }

    /// Returns how well a condition key is known; a tag key after `/` is not looked at.
    #[must_use]
    pub fn condition_key_is_known(&self, text: &str) -> Known {
        let name = text.split_once('/').map_or(text, |(name, _)| name);
        if holds(&self.condition_keys, name) {
            return Known::Yes;
        }
        match condition_key(name) {
            Some(key) if key.is_verified() => Known::Yes,
            Some(_) => Known::SeenInPolicies,
            None => Known::No,
        }
    }

    /// Returns whether a service principal is known, exactly as written.
    #[must_use]
    pub fn service_principal_is_known(&self, text: &str) -> bool {
        self.service_principals.contains(text) || is_service_principal(text)
    }

    /// Returns whether a region is known.
    #[must_use]
    pub fn region_is_known(&self, text: &str) -> bool {
        holds(&self.regions, text) || is_region(text)
    }

    /// Returns the RAM code that was most likely meant: by alias first, then by spelling.
    #[must_use]
    pub fn nearest_service(&self, name: &str) -> Option<&str> {
        if let Some(meant) = alias(name) {
            return Some(meant);
        }
        let verified = services().filter(|service| service.is_verified()).map(Service::name);
        nearest(name, verified.map(lend).chain(self.services.iter().map(String::as_str)))
    }

    /// Returns the actions that were most likely meant, best first, at most three: the nearest
    /// name in the same service, and the same name in other services.
    #[must_use]
    pub fn nearest_actions(&self, service_name: &str, name: &str) -> Vec<String> {
        const MOST: usize = 3;
        let elsewhere = services()
            .filter(|service| !service.name().eq_ignore_ascii_case(service_name))
            .filter_map(|service| service.action(name))
            .filter(|action| action.is_verified());
        // A name that half the services have says nothing about which one was meant.
        let elsewhere: Vec<String> =
            elsewhere.take(MOST).map(|action| action.to_string()).collect();
        let own = service(service_name).and_then(|service| {
            let verified = service.actions().filter(|action| action.is_verified());
            nearest(name, verified.map(Action::name))
                .map(|near| format!("{}:{near}", service.name()))
        });
        let own = own.or_else(|| {
            nearest(name, self.added_actions(service_name))
                .map(|near| format!("{service_name}:{near}"))
        });
        let elsewhere = if elsewhere.len() == MOST { Vec::new() } else { elsewhere };
        elsewhere.into_iter().chain(own).take(MOST).collect()
    }

    /// Returns the condition key of the same service that was most likely meant.
    #[must_use]
    pub fn nearest_condition_key(&self, text: &str) -> Option<&str> {
        let name = text.split_once('/').map_or(text, |(name, _)| name);
        let verified =
            crate::condition_keys().filter(|key| key.is_verified()).map(ConditionKey::name);
        let service = name.split_once(':').map_or("", |(service, _)| service);
        let is_of_service = |key: &&str| {
            let found = key.split_once(':').map_or("", |(service, _)| service);
            found.eq_ignore_ascii_case(service)
        };
        let added = self.condition_keys.iter().map(String::as_str);
        nearest(name, verified.map(lend).chain(added).filter(is_of_service))
    }

    /// Returns the service principal that was most likely meant.
    #[must_use]
    pub fn nearest_service_principal(&self, text: &str) -> Option<&str> {
        nearest(
            text,
            service_principals()
                .map(lend)
                .chain(self.service_principals.iter().map(String::as_str)),
        )
    }

    /// Returns the region that was most likely meant.
    #[must_use]
    pub fn nearest_region(&self, text: &str) -> Option<&str> {
        nearest(text, regions().map(lend).chain(self.regions.iter().map(String::as_str)))
    }
}

/// Returns whether a name is among those that were added, which are in lower case.
fn holds(added: &BTreeSet<String>, name: &str) -> bool {
    // Hardly anybody adds names.
    !added.is_empty() && added.contains(&name.to_ascii_lowercase())
}

/// Shortens a lifetime, so that generated and added names can stand in one list.
fn lend<'n>(name: &'static str) -> &'n str {
    name
}
