//! Counts the innermost steps of matching on this thread, so that growth can be tested without a
//! clock. Without the feature `steps` counting is nothing at all.

#[cfg(feature = "steps")]
thread_local! {
    static TAKEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Returns how many steps matching has taken on this thread since this was last asked.
///
/// A step is one comparison of two bytes, of two strings at one place, or of one symbol with a
/// window of 64 bytes or characters. Only ratios of counts mean anything; what counts as a step
/// may change in any release.
#[cfg(feature = "steps")]
pub fn take() -> u64 {
    TAKEN.replace(0)
}

/// Adds `steps` to the count of this thread.
#[inline(always)]
pub(crate) fn count(steps: u64) {
    #[cfg(feature = "steps")]
    TAKEN.set(TAKEN.get().wrapping_add(steps));
    #[cfg(not(feature = "steps"))]
    let _ = steps;
}
