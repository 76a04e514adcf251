//! Text as XML 1.0 holds it.

use super::escape::escape;

/// Returns text for an element or for an attribute in quotes: what XML cannot hold, and what would
/// hide, is shown as everywhere else.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_controls_become_text() {
        assert_eq!(xml("<a b=\"&\">\u{1b}\u{0}"), "&lt;a b=&quot;&amp;&quot;&gt;\\u{1b}\\u{0}");
    }
}
