//! Things by name, where names that differ in ASCII case alone are the same name to an ARN.
//!
//! Always holds: `folded` holds the lower-case form of every name in `things`, and no two names
//! share one.

use std::collections::{BTreeMap, BTreeSet};

/// Things by their exact name, no two of which differ in ASCII case alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameMap<T> {
    things: BTreeMap<String, T>,
    folded: BTreeSet<String>,
}

impl<T> Default for NameMap<T> {
    fn default() -> Self {
        Self { things: BTreeMap::new(), folded: BTreeSet::new() }
    }
}

impl<T> NameMap<T> {
    /// Returns the thing of that exact name.
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.things.get(name)
    }

    /// Returns the thing of that exact name, to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.things.get_mut(name)
    }

    /// Returns whether the name is taken, be it in another case.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.folded.contains(&name.to_ascii_lowercase())
    }

    /// Adds a thing under a name that is not taken; nothing happens if it is.
    pub(crate) fn insert(&mut self, name: &str, thing: T) {
        if self.folded.insert(name.to_ascii_lowercase()) {
            self.things.insert(name.to_owned(), thing);
        }
    }

    /// Takes out the thing of that exact name.
    pub(crate) fn remove(&mut self, name: &str) {
        if self.things.remove(name).is_some() {
            self.folded.remove(&name.to_ascii_lowercase());
        }
    }

    /// Returns the things, by name.
    pub(crate) fn values(&self) -> std::collections::btree_map::Values<'_, String, T> {
        self.things.values()
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_in_every_case_and_free_again_once_removed() {
        let mut map = NameMap::default();
        map.insert("App", 1);
        map.insert("app", 2);
        assert_eq!((map.len(), map.get("App"), map.get("app")), (1, Some(&1), None));
        map.remove("app");
        assert!(map.is_taken("APP"));
        map.remove("App");
        assert!(!map.is_taken("APP"));
    }
}
