//! The zone that dates without one are taken to be in.

use std::fmt;
use std::str::FromStr;

use ramguard_policy::condition::{Operator, Test};

/// A time zone as dates in a policy write it: `Z`, or an offset from UTC such as `+08:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(Box<str>);

impl Zone {
    /// Returns the zone, as it is written behind a time.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    fn from_str(text: &str) -> Result<Self, NotAZone> {
        // What a date may end in is for the language to say.
        let date = format!("2000-01-01T00:00:00{text}");
        match Test::check_value(Operator::DateEquals, &date) {
            Ok(()) if text.starts_with(['Z', '+', '-']) => Ok(Self(text.into())),
            _ => Err(NotAZone),
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text is neither `Z` nor an offset such as `+08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a zone; write `Z` or an offset such as `+08:00`")]
pub struct NotAZone;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_what_a_date_may_end_in() {
        for text in ["Z", "+08:00", "-23:59"] {
            assert_eq!(text.parse::<Zone>().map(|zone| zone.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "z", "8", "+8", "+0800", "+24:00", ".5Z", ":00Z", "Asia/Shanghai"] {
            assert_eq!(text.parse::<Zone>(), Err(NotAZone), "{text}");
        }
    }
}
