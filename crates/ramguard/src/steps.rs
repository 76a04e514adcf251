//! Counts the steps of deciding on this thread, so that growth can be tested without a clock.
//! Without the feature `steps` counting is nothing at all.

#[cfg(feature = "steps")]
thread_local! {
    static TAKEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Returns how many steps deciding and matching have taken on this thread since this was last
/// asked.
///
/// A step is one slot of a hash table looked at, one signature compared, one statement, action or
/// condition tried, one key of a condition looked up, or a step of matching text. Only ratios of counts mean anything; what counts as a step
/// may change in any release.
#[cfg(feature = "steps")]
pub fn take() -> u64 {
    TAKEN.replace(0).wrapping_add(ramguard_match::steps::take())
}

/// Adds `steps` to the count of this thread.
#[inline(always)]
pub(crate) fn count(steps: u64) {
    #[cfg(feature = "steps")]
    TAKEN.set(TAKEN.get().wrapping_add(steps));
    #[cfg(not(feature = "steps"))]
    let _ = steps;
}
