//! The nearest of many names, at a bounded cost: "did you mean `StopInstance`?".

/// Names longer than this, in bytes, are not compared.
const MAX_BYTES: usize = 64;

/// Returns the name nearest to `found`: equal but for ASCII case, or else at most two edits away,
/// one if the name is shorter than five characters. Ties go to the first in order.
///
/// An edit is an insertion, a removal, a change or a swap of neighbours. Takes time in proportion
/// to the number of names and at most 64 times 5 steps a name.
pub fn nearest<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if found.is_empty() || found.len() > MAX_BYTES {
        return None;
    }
    let allowed = if found.len() < 5 { 1 } else { 2 };
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        if name.eq_ignore_ascii_case(found) {
            return Some(name);
        }
        if name.len() > MAX_BYTES || name.len().abs_diff(found.len()) > allowed {
            continue;
        }
        let limit = best.map_or(allowed, |(edits, _)| edits.saturating_sub(1));
        if let Some(edits) = edits_within(found, name, limit)
            && edits * 3 <= name.len()
            && best.is_none_or(|(least, _)| edits < least)
        {
            best = Some((edits, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Counts the edits that turn `a` into `b`, without regard to ASCII case; `None` past `limit`.
fn edits_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    let fold = |text: &str| -> Vec<u8> { text.bytes().map(|b| b.to_ascii_lowercase()).collect() };
    let (a, b) = (fold(a), fold(b));
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = 0;
    for (i, &from) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        let mut least = i + 1;
        let mut last = 0;
        for (j, &to) in b.iter().enumerate() {
            let at =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cell = (at(&above, j) + usize::from(from != to))
                .min(at(&above, j + 1) + 1)
                .min(at(&row, j) + 1);
            if j > 0 && i > 0 && from == last && to == previous {
                cell = cell.min(at(&before, j - 1) + 1);
            }
            least = least.min(cell);
            row.push(cell);
            last = to;
        }
        if least > limit {
            return None;
        }
        previous = from;
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|&edits| edits <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(edits_within("esc", "ecs", 2), Some(1));
        assert_eq!(edits_within("ab", "ba", 1), Some(1));
    }

    #[test]
    fn edits_past_the_limit_are_not_counted() {
        assert_eq!(edits_within("kitten", "sitting", 2), None);
        assert_eq!(edits_within("kitten", "sitting", 3), Some(3));
    }

    #[test]
    fn the_nearest_name_wins_over_an_earlier_one() {
        assert_eq!(nearest("DiscribeVpcs", ["DescribeVpc", "DescribeVpcs"]), Some("DescribeVpcs"));
    }

    #[test]
    fn a_short_name_is_not_turned_into_any_other() {
        assert_eq!(nearest("xyz", ["ecs", "vpc"]), None);
    }

    #[test]
    fn a_long_name_is_not_compared() {
        let long = "x".repeat(65);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }
}
