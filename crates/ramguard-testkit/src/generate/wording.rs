//! Texts that are nearly others: wildcard patterns that take a text, and texts one step away.

use super::ByteSource;

/// Returns a wildcard pattern that takes `text`.
pub(super) fn generalised(source: &mut ByteSource<'_>, text: &str) -> String {
    let symbols: Vec<char> = text.chars().collect();
    let from = source.below(symbols.len() + 1);
    let length = source.below(symbols.len() - from + 1);
    let head: String = symbols.iter().take(from).collect();
    let middle: String = symbols.iter().skip(from).take(length).collect();
    let tail: String = symbols.iter().skip(from + length).collect();
    match source.below(11) {
        0 | 1 => text.to_owned(),
        2 => "*".to_owned(),
        3 => format!("{head}*"),
        4 => format!("*{tail}"),
        5 => format!("{head}*{tail}"),
        6 => format!("{head}{}{tail}", "?".repeat(length)),
        7 => format!("*{middle}*"),
        8 | 9 => format!("{head}**{tail}"),
        _ if length > 0 => format!("{head}{}{tail}", source.pick(&["?*", "*?"])),
        _ => format!("{head}*{middle}{tail}"),
    }
}

/// Returns `text` after one small step: a letter in the other case, a character replaced, added,
/// dropped or doubled. A text too short for the step grows by a character.
pub(super) fn moved(source: &mut ByteSource<'_>, text: &str) -> String {
    let mut symbols: Vec<char> = text.chars().collect();
    let at = source.below(symbols.len());
    let other = source.pick(&['a', 'z', '-', '/', '1', 'A', '部']);
    let step = source.below(5);
    match (symbols.get_mut(at), step) {
        (Some(symbol), 0) => *symbol = in_other_case(*symbol),
        (Some(symbol), 1) => *symbol = other,
        (Some(_), 2) => {
            symbols.remove(at);
        }
        (Some(symbol), 3) => {
            let doubled = *symbol;
            symbols.insert(at, doubled);
        }
        _ => symbols.push(other),
    }
    symbols.into_iter().collect()
}

/// Returns `text` with the ASCII letters in the other case: all of them, or one.
pub(super) fn in_drifting_case(source: &mut ByteSource<'_>, text: &str) -> String {
    match source.below(3) {
        0 => text.to_ascii_lowercase(),
        1 => text.to_ascii_uppercase(),
        _ => {
            let at = source.below(text.chars().count());
            let drift = |(place, symbol)| if place == at { in_other_case(symbol) } else { symbol };
            text.chars().enumerate().map(drift).collect()
        }
    }
}

fn in_other_case(symbol: char) -> char {
    if symbol.is_ascii_lowercase() {
        symbol.to_ascii_uppercase()
    } else {
        symbol.to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSource, generalised};
    use crate::oracle::wildcard::matches;

    #[test]
    fn a_generalised_text_still_takes_the_text() {
        for seed in 0..2_000 {
            let bytes = crate::generate::bytes_of_seed(seed);
            let mut source = ByteSource::new(&bytes);
            let text = source.pick(&["", "a", "a/b:c", "部门-1", "aaaaab"]);
            let pattern = generalised(&mut source, text);
            assert!(matches(&pattern, text, false), "`{pattern}` takes `{text}`");
        }
    }
}
