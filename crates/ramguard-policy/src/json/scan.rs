//! Runs over the two things a JSON text mostly consists of, eight bytes at a step.
//!
//! Always holds here: nothing is read past the slice, and an answer is an offset into it, its
//! length at most.

/// The byte 1 in every place of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bit of every byte of a word.
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Marks the first byte of `word` that is a quote, a backslash or below 0x20; marks above it may
/// be wrong.
///
/// A byte below `n` borrows from its top bit when `n` is taken away. Turning bit 1 over puts the
/// quote, 0x22, right above the control characters and nothing else below 0x21, and the backslash
/// differs from itself in nothing, which is below 1. Bytes that have their top bit are no stops.
const fn first_stop(word: u64) -> u64 {
    let quotes_and_controls = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslashes = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & TOPS
}

/// Returns the place of the first quote, backslash or control character at or after `from`.
#[inline]
pub(super) fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let marks = first_stop(u64::from_le_bytes(*chunk));
        if marks != 0 {
            return bytes.len() - rest.len() + (marks.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let run = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
    bytes.len() - rest.len() + run.unwrap_or(rest.len())
}

/// Returns the place of the first byte at or after `from` that is not white space of JSON.
#[inline]
pub(super) fn blank_end(bytes: &[u8], from: usize) -> usize {
    match bytes.get(from) {
        Some(&byte) if byte <= b' ' => blank_run_end(bytes, from),
        _ => from,
    }
}

/// Returns the end of the white space that may start at `from`: line ends, and deep indents.
fn blank_run_end(bytes: &[u8], from: usize) -> usize {
    let mut rest = bytes.get(from..).unwrap_or_default();
    loop {
        match rest {
            [b' ', after @ ..] => {
                rest = after;
                while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
                    let other = u64::from_le_bytes(*chunk) ^ (ONES * b' ' as u64);
                    if other != 0 {
                        rest =
                            rest.get((other.trailing_zeros() / 8) as usize..).unwrap_or_default();
                        break;
                    }
                    rest = after;
                }
            }
            [b'\n' | b'\r' | b'\t', after @ ..] => rest = after,
            _ => return bytes.len() - rest.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_string_body_is_found_at_every_distance() {
        for stop in [b'"', b'\\', 0x00, 0x1F, b'\n'] {
            for length in 0..40 {
                for tail in 0..12 {
                    let mut bytes = vec![b'a'; length];
                    bytes.push(stop);
                    bytes.extend(std::iter::repeat_n(b'"', tail));
                    assert_eq!(string_end(&bytes, 0), length);
                }
            }
        }
    }

    #[test]
    fn bytes_around_the_stops_do_not_end_a_string_body() {
        let bytes: Vec<u8> = (0x20..=0xFF).filter(|&byte| byte != b'"' && byte != b'\\').collect();
        for from in 0..bytes.len() {
            assert_eq!(string_end(&bytes, from), bytes.len());
        }
    }

    #[test]
    fn no_byte_hides_or_forges_a_stop_beside_it() {
        let stops = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
        let step = if cfg!(miri) { 15 } else { 1 };
        for first in (0..=0xFF).step_by(step) {
            for second in (0..=0xFF).step_by(step) {
                let bytes = [b'a', first, second, b'~', b'~', b'~', b'~', b'~', b'"'];
                let plain = bytes.iter().position(|&byte| stops(byte)).unwrap();
                assert_eq!(string_end(&bytes, 0), plain, "{first:#x} {second:#x}");
            }
        }
    }

    #[test]
    fn white_space_ends_at_the_first_other_byte() {
        for length in (0..40).step_by(if cfg!(miri) { 7 } else { 1 }) {
            for stop in (0..=0xFF).filter(|byte| !b" \t\r\n".contains(byte)) {
                let mut bytes = vec![b' '; length];
                bytes.push(stop);
                bytes.extend(b"         ");
                assert_eq!(blank_end(&bytes, 0), length);
            }
        }
        assert_eq!(blank_end(b"\r\n\t  \n\n           \tx ", 0), 19);
    }

    #[test]
    fn a_run_may_reach_the_end_or_start_past_it() {
        assert_eq!(string_end(b"abc", 0), 3);
        assert_eq!(string_end(b"abc", 3), 3);
        assert_eq!(blank_end(b"   ", 1), 3);
        assert_eq!(blank_end(b"   ", 9), 9);
    }
}
