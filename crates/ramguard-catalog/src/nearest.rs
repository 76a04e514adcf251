//! The nearest of many names, at a bounded cost: "did you mean `StopInstance`?".

/// Names longer than this, in bytes, are not compared.
const MAX_BYTES: usize = 64;

/// Returns the name nearest to `found`: equal but for ASCII case, or else at most two edits away,
/// one if the name is shorter than five characters. Ties go to the first in order.
///
/// An edit is an insertion, a removal, a change or a swap of neighbours. Takes time in proportion
/// to the number of names and their lengths.
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

/// No more edits than this are ever allowed.
const MAX_EDITS: usize = 2;

/// A row of the table of edits: the cells at most [`MAX_EDITS`] off the diagonal.
type Row = [usize; 2 * MAX_EDITS + 1];

/// Counts the edits that turn `a` into `b`, without regard to ASCII case; `None` past `limit`.
///
/// Cell `k` of row `i` is the distance between the first `i` bytes of `a` and the first
/// `i + k - MAX_EDITS` of `b`; what is further off the diagonal is past the limit anyway.
fn edits_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    const FAR: usize = usize::MAX / 2;
    let same = |(x, y): &(u8, u8)| x.eq_ignore_ascii_case(y);
    let shared = a.bytes().zip(b.bytes()).take_while(same).count();
    let (a, b) = (a.as_bytes().get(shared..)?, b.as_bytes().get(shared..)?);
    let limit = limit.min(MAX_EDITS);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let column = |i: usize, k: usize| (i + k).checked_sub(MAX_EDITS).filter(|&j| j <= b.len());
    let at = |row: &Row, k: usize| row.get(k).copied().unwrap_or(FAR);
    let byte = |text: &[u8], i: usize| text.get(i).map(u8::to_ascii_lowercase);
    let (mut before, mut above) = ([FAR; 2 * MAX_EDITS + 1], [FAR; 2 * MAX_EDITS + 1]);
    for (k, cell) in above.iter_mut().enumerate() {
        *cell = column(0, k).unwrap_or(FAR);
    }
    for i in 1..=a.len() {
        let mut row = [FAR; 2 * MAX_EDITS + 1];
        let mut least = FAR;
        let from = byte(a, i - 1);
        for k in 0..row.len() {
            let Some(j) = column(i, k) else { continue };
            let mut cell = at(&above, k + 1) + 1;
            if let Some(left) = k.checked_sub(1) {
                cell = cell.min(at(&row, left) + 1);
            }
            if let Some(last) = j.checked_sub(1) {
                let to = byte(b, last);
                cell = cell.min(at(&above, k) + usize::from(from != to));
                let swapped =
                    i > 1 && last > 0 && from == byte(b, last - 1) && to == byte(a, i - 2);
                if swapped {
                    cell = cell.min(at(&before, k) + 1);
                }
            }
            least = least.min(cell);
            if let Some(place) = row.get_mut(k) {
                *place = cell;
            }
        }
        if least > limit {
            return None;
        }
        before = std::mem::replace(&mut above, row);
    }
    let last = (b.len() + MAX_EDITS).checked_sub(a.len())?;
    Some(at(&above, last)).filter(|&edits| edits <= limit)
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
        assert_eq!(edits_within("kitten", "sittin", 2), Some(2));
        assert_eq!(edits_within("kitten", "kit", 2), None);
    }

    #[test]
    fn agrees_with_the_whole_table_on_short_words() {
        let words: Vec<String> = (0..=4u32)
            .flat_map(|length| {
                (0..3usize.pow(length)).map(move |mut n| {
                    let letter = |n: &mut usize| {
                        let letter = ['a', 'b', 'C'][*n % 3];
                        *n /= 3;
                        letter
                    };
                    (0..length).map(|_| letter(&mut n)).collect()
                })
            })
            .collect();
        for a in &words {
            for b in &words {
                let expected = Some(whole_table(a, b)).filter(|&edits| edits <= 2);
                assert_eq!(edits_within(a, b, 2), expected, "{a} {b}");
            }
        }
    }

    fn whole_table(a: &str, b: &str) -> usize {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let differs = usize::from(a[i - 1] != b[j - 1]);
                    let mut cell = (table[i - 1][j - 1] + differs)
                        .min(table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        cell = cell.min(table[i - 2][j - 2] + 1);
                    }
                    cell
                };
            }
        }
        table[a.len()][b.len()]
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
