//! Which bytes stand where in a name, looked up in one table.
//!
//! Names are a large part of a document, and every byte of them is looked at when it is read.

/// May start the RAM code of an action.
pub(crate) const SERVICE_START: u8 = 1;
/// May stand in the RAM code of an action.
pub(crate) const SERVICE: u8 = 2;
/// May stand in the name of an action.
pub(crate) const NAME: u8 = 4;
/// Stands in a field of an ARN without any doubt: ASCII that is seen, and neither `:` nor `/`.
pub(crate) const FIELD: u8 = 8;
/// May stand before the colon of a condition key.
pub(crate) const KEY_SERVICE: u8 = 16;
/// Stands in a condition key without any doubt: ASCII that is seen.
pub(crate) const SEEN: u8 = 32;

/// The classes of every byte.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut all = [0; 256];
    let mut rest: &mut [u8] = &mut all;
    let mut byte = 0_u8;
    while let [first, after @ ..] = rest {
        *first = classes_of(byte);
        byte = byte.wrapping_add(1);
        rest = after;
    }
    all
}

const fn classes_of(byte: u8) -> u8 {
    let is_alphanumeric = byte.is_ascii_alphanumeric();
    let may_start = is_alphanumeric || matches!(byte, b'*' | b'?');
    let in_service = may_start || matches!(byte, b'_' | b'-');
    let in_name = in_service || matches!(byte, b'.' | b'/');
    let is_seen = byte.is_ascii_graphic();
    let all = [
        (SERVICE_START, may_start),
        (SERVICE, in_service),
        (NAME, in_name),
        (FIELD, is_seen && !matches!(byte, b':' | b'/')),
        (KEY_SERVICE, is_alphanumeric || byte == b'-'),
        (SEEN, is_seen),
    ];
    let mut classes = 0;
    let mut rest = all.as_slice();
    while let [(class, is_due), after @ ..] = rest {
        if *is_due {
            classes |= *class;
        }
        rest = after;
    }
    classes
}

/// Returns whether a byte is of a class.
#[inline]
pub(crate) fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

/// Returns how many bytes at the start are all of a class.
#[inline]
pub(crate) fn run(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|&byte| !is(byte, class)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_the_bytes_it_names_and_no_others() {
        let letters = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect::<String>();
        let seen: String = ('!'..='~').collect();
        let of = |class| (0..=255).filter(move |&byte| is(byte, class)).map(char::from);
        let sorted = |text: String| {
            let mut all: Vec<char> = text.chars().collect();
            all.sort_unstable();
            all
        };
        for (class, expected) in [
            (SERVICE_START, format!("{letters}*?")),
            (SERVICE, format!("{letters}*?_-")),
            (NAME, format!("{letters}*?_-./")),
            (FIELD, seen.replace([':', '/'], "")),
            (KEY_SERVICE, format!("{letters}-")),
            (SEEN, seen),
        ] {
            assert!(of(class).eq(sorted(expected.clone())), "{class} {expected}");
        }
    }

    #[test]
    fn a_run_ends_before_the_first_byte_of_another_class() {
        for (text, length) in [("", 0), (":", 0), ("a", 1), ("a-:b", 2), ("a.b", 1), ("é", 0)] {
            assert_eq!(run(text.as_bytes(), SERVICE), length, "{text}");
        }
    }
}
