//! Three answers instead of two: a comparison with a value nobody can read is neither met nor
//! unmet.
//!
//! The order is `No < Unknown < Yes`, so that "all of them" is the least and "one of them" the
//! greatest.

/// Whether something holds for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    No,
    /// The request does not say enough. Met inside a Deny, unmet inside an Allow (rule C-11).
    Unknown,
    /// It holds.
    Yes,
}

impl Truth {
    /// Returns `No` if one of `parts` is, else `Unknown` if one of them is, else `Yes`.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Truth>) -> Truth {
        parts.into_iter().min().unwrap_or(Truth::Yes)
    }

    /// Returns `Yes` if one of `parts` is, else `Unknown` if one of them is, else `No`.
    #[must_use]
    pub fn any(parts: impl IntoIterator<Item = Truth>) -> Truth {
        parts.into_iter().max().unwrap_or(Truth::No)
    }

    /// Returns the opposite; what is unknown stays so.
    #[must_use]
    pub fn negated(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::Yes } else { Truth::No }
    }
}
