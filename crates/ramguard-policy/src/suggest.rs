//! The nearest of a few known names: "did you mean `Resource`?".

/// Returns the known name nearest to `found`: equal but for case, or at most two edits away.
///
/// Names longer than 64 bytes are not compared, so the cost is bounded.
pub(crate) fn nearest<'k>(found: &str, known: &[&'k str]) -> Option<&'k str> {
    if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(found)) {
        return Some(name);
    }
    if found.len() > 64 {
        return None;
    }
    known
        .iter()
        .map(|name| (edits(found, name), *name))
        .filter(|&(edits, name)| edits <= 2 && edits < name.len() / 2)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, name)| name)
}

/// Counts the insertions, removals and changes of one character that turn `a` into `b`, without
/// regard to ASCII case.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // For each start of `b` but the empty one, its edits from what of `a` has been gone through.
    let mut row: Vec<usize> = (1..=b.len()).collect();
    let mut edits = b.len();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        edits = i + 1;
        for (cell, to) in row.iter_mut().zip(&b) {
            let change = diagonal + usize::from(!from.eq_ignore_ascii_case(to));
            diagonal = *cell;
            edits = change.min(diagonal + 1).min(edits + 1);
            *cell = edits;
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_without_regard_to_case() {
        assert_eq!(edits("resources", "Resource"), 1);
        assert_eq!(edits("Efect", "Effect"), 1);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn finds_the_nearest_name_or_none() {
        let known = ["Effect", "Action", "NotAction", "Resource"];
        assert_eq!(nearest("Resources", &known), Some("Resource"));
        assert_eq!(nearest("action", &known), Some("Action"));
        assert_eq!(nearest("Zzz", &known), None);
    }
}
