//! What many requests that differ only in the relative id of their resource have in common.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::cell::RefCell;
use std::rc::Rc;

use super::asked::Asked;
use super::unit::Unit;

/// For every unit that was asked, the entries that are left when the relative id alone is open.
///
/// Belongs to one run of requests that are alike; must not see any other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// By the address of the unit, which stays where it is while a decision borrows it.
    narrowed: RefCell<Vec<(usize, Rc<[u32]>)>>,
}

impl Batch {
    pub(super) fn narrowed(&self, unit: &Unit, asked: &Asked<'_>) -> Rc<[u32]> {
        let address = std::ptr::from_ref(unit).addr();
        let mut narrowed = self.narrowed.borrow_mut();
        if let Some((_, open)) = narrowed.iter().find(|(known, _)| *known == address) {
            return Rc::clone(open);
        }
        let open: Rc<[u32]> = unit.narrow(asked).into();
        narrowed.push((address, Rc::clone(&open)));
        open
    }
}
