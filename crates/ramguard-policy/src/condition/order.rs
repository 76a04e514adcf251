//! Comparing one value of the request with all values of the policy, for families with an order.
//!
//! The policy's values are alternatives (Rule C-1), so for `<` and `>` only the largest or the
//! smallest of them matters, and equality is a search. Callers keep their values sorted.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::cmp::Ordering;

/// How the request's value has to stand to a value of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Returns whether the request's value stands in `relation` to any value of `sorted`.
///
/// `compare` orders a value of the policy against the request's. `sorted` is ascending in that
/// order. At most one comparison for each doubling of the list; allocates nothing.
pub(super) fn any_holds<T>(
    sorted: &[T],
    relation: Relation,
    compare: impl Fn(&T) -> Ordering,
) -> bool {
    let (smallest, largest) = (sorted.first(), sorted.last());
    match relation {
        Relation::Equal => sorted.binary_search_by(compare).is_ok(),
        Relation::Less => largest.is_some_and(|value| compare(value).is_gt()),
        Relation::LessOrEqual => largest.is_some_and(|value| compare(value).is_ge()),
        Relation::Greater => smallest.is_some_and(|value| compare(value).is_lt()),
        Relation::GreaterOrEqual => smallest.is_some_and(|value| compare(value).is_le()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_comparing_against_every_value() {
        let lists: [&[i32]; 5] = [&[], &[3], &[1, 3], &[1, 3, 3, 5], &[-2, 0, 1, 4, 7]];
        for list in lists {
            for seen in -3..9 {
                let naive = |holds: fn(&i32, &i32) -> bool| list.iter().any(|v| holds(&seen, v));
                let found = |relation| any_holds(list, relation, |v| v.cmp(&seen));
                assert_eq!(found(Relation::Equal), naive(i32::eq));
                assert_eq!(found(Relation::Less), naive(i32::lt));
                assert_eq!(found(Relation::LessOrEqual), naive(i32::le));
                assert_eq!(found(Relation::Greater), naive(i32::gt));
                assert_eq!(found(Relation::GreaterOrEqual), naive(i32::ge));
            }
        }
    }
}
