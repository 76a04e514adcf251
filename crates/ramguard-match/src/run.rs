//! Where one run of a pattern fits a text: at its start, at its end, or leftmost inside.
//!
//! A run is a piece of a pattern without a star. All work is done on the bytes of valid UTF-8;
//! `?` takes the one to four bytes of a character, every other byte of the run one byte equal to
//! it. Nothing here allocates or recurses. With `k` bytes of run and `n` bytes of text:
//!
//! * at the start and at the end, at most `k` steps;
//! * inside, `2 * n` steps of one word if the run is no longer than a word; if it is longer,
//!   [`TRIES`] comparisons of the whole run where its first word fits, and then
//! * without `?`: up to [`SHORT`] bytes of run `n * k / 64` window steps, which is at most `n / 2`;
//!   longer runs with `n / 16 + 16` window steps, and if these were not enough by two-way search,
//!   at most `4 * (n + k)` byte comparisons;
//! * with `?`: at most `n * k / 64` window steps, each of them one comparison of 64 bytes, or three
//!   if the text is not ASCII.

use crate::steps;
use crate::window::{self, Characters, WIDTH};
use crate::word::{Folding, WORD, folded, highest_bytes, lowest_bytes, not_any, roughly, word_at};

/// Literal runs of up to this many bytes are looked for 64 places at a time; longer ones would
/// cost more this way than by two-way search.
const SHORT: usize = 32;

/// How many steps at 64 places are taken for a long literal run, and two more for every 64 bytes of
/// text, before it is looked for by two-way search.
const FEW: usize = 16;

/// How often a long run is compared as a whole before it is looked for in bounded time.
const TRIES: usize = 8;

/// A piece of a pattern that holds no star.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'p, const FOLD: bool> {
    bytes: &'p [u8],
    folding: Folding<FOLD>,
}

impl<'p, const FOLD: bool> Run<'p, FOLD> {
    pub(crate) fn new(bytes: &'p [u8], folding: Folding<FOLD>) -> Self {
        Run { bytes, folding }
    }

    /// Returns how many bytes of `text` this run takes at its start, `None` if it does not fit.
    #[inline]
    pub(crate) fn prefix_of(self, text: &[u8]) -> Option<usize> {
        let start = text.get(..self.bytes.len())?;
        if self.folding.equal(self.bytes, start) {
            // Literally equal includes a text with question marks of its own.
            return Some(start.len());
        }
        let mut at = 0;
        for &symbol in self.bytes {
            steps::count(1);
            let byte = *text.get(at)?;
            if symbol == b'?' {
                at += character_len(byte);
            } else if self.folding.fold(symbol) == self.folding.fold(byte) {
                at += 1;
            } else {
                return None;
            }
        }
        (at <= text.len()).then_some(at)
    }

    /// Returns the offset in `text` from which this run takes everything to the end, `None` if
    /// it does not fit there.
    #[inline]
    pub(crate) fn suffix_of(self, text: &[u8]) -> Option<usize> {
        let at = text.len().checked_sub(self.bytes.len())?;
        if self.folding.equal(self.bytes, text.get(at..)?) {
            return Some(at);
        }
        let mut rest = text;
        for &symbol in self.bytes.iter().rev() {
            steps::count(1);
            let (&byte, before) = rest.split_last()?;
            rest = before;
            if symbol == b'?' {
                let mut last = byte;
                while is_continuation(last) {
                    let (&byte, before) = rest.split_last()?;
                    rest = before;
                    last = byte;
                }
            } else if self.folding.fold(symbol) != self.folding.fold(byte) {
                return None;
            }
        }
        Some(rest.len())
    }

    /// Returns the offset in `text` just past the leftmost place where this run fits.
    ///
    /// `ascii` says that every character of `text` is known to take one byte.
    #[inline]
    pub(crate) fn end_in(self, text: &str, ascii: bool) -> Option<usize> {
        if ascii || !self.bytes.contains(&b'?') {
            self.end_in_bytes(text.as_bytes())
        } else {
            self.end_by_characters(text)
        }
    }

    /// Does what [`Run::end_in_bytes`] does, faster if a short run stands at the start of `bytes`, as
    /// runs of wildcards and of one letter often do.
    #[inline]
    pub(crate) fn end_in_bytes_soon(self, bytes: &[u8]) -> Option<usize> {
        let length = self.bytes.len();
        if length <= WORD {
            let word = word_at::<FOLD>(self.bytes, 0);
            let mask = lowest_bytes(length) & not_any(word);
            if (word_at::<FOLD>(bytes, 0) ^ word) & mask == 0 && length <= bytes.len() {
                return Some(length);
            }
        }
        self.end_in_bytes(bytes)
    }

    /// Does what [`Run::end_in`] does if the run has no question marks or the text is ASCII.
    #[inline]
    pub(crate) fn end_in_bytes(self, bytes: &[u8]) -> Option<usize> {
        if let [first, .., last] = *self.bytes
            && self.bytes.len() > WORD
            && first != b'?'
            && last != b'?'
        {
            return self.end_by_both_ends(bytes, first, last);
        }
        let word = word_at::<FOLD>(self.bytes, 0);
        let mask = lowest_bytes(self.bytes.len()) & not_any(word);
        let mut from = 0;
        for _ in 0..TRIES {
            let start = from + first_fit::<FOLD>(bytes.get(from..)?, word & mask, mask)?;
            let end = start + self.bytes.len();
            let place = bytes.get(start..end)?;
            if self.bytes.len() <= WORD || self.fits_at(place) {
                return Some(end);
            }
            from = start + 1;
        }
        self.end_after(bytes, from)
    }

    /// Looks for a run of two symbols or more, the first and the last of which are no question
    /// marks, where both of them stand.
    fn end_by_both_ends(self, bytes: &[u8], first: u8, last: u8) -> Option<usize> {
        let (first, last) = (self.folding.fold(first), self.folding.fold(last));
        let to_last = self.bytes.len() - 1;
        let starts = bytes.get(..bytes.len().checked_sub(to_last)?)?;
        let ends = bytes.get(to_last..)?;
        let (start_words, rest) = starts.as_chunks::<WORD>();
        let (end_words, _) = ends.as_chunks::<WORD>();
        let mut tries = TRIES;
        let words = start_words.iter().zip(end_words).map(|(start, end)| {
            roughly(folded::<FOLD>(start), first) & roughly(folded::<FOLD>(end), last)
        });
        for (number, places) in words.enumerate() {
            steps::count(1);
            if places != 0
                && let Some(found) = self.end_at(bytes, places, WORD * number, &mut tries)
            {
                return found;
            }
        }
        if rest.is_empty() {
            return None;
        }
        steps::count(1);
        // The last bytes are read again, most of the time, and those known by now left out.
        let (at, new, start, end) = match (starts.last_chunk(), ends.last_chunk()) {
            (Some(start), Some(end)) => {
                let at = starts.len() - WORD;
                (at, highest_bytes(rest.len()), folded::<FOLD>(start), folded::<FOLD>(end))
            }
            _ => (0, !0, word_at::<FOLD>(starts, 0), word_at::<FOLD>(ends, 0)),
        };
        match roughly(start, first) & roughly(end, last) & new {
            0 => None,
            places => self.end_at(bytes, places, at, &mut tries).flatten(),
        }
    }

    /// Compares the run at `places`, counted from `at`, as long as there are tries. Returns where
    /// it ends and that it is nowhere if one of the two is certain.
    #[inline]
    fn end_at(
        self,
        bytes: &[u8],
        mut places: u64,
        at: usize,
        tries: &mut usize,
    ) -> Option<Option<usize>> {
        while places != 0 {
            let start = at + places.trailing_zeros() as usize / 8;
            places &= places - 1;
            let end = start + self.bytes.len();
            // Past the last place of all there is none either.
            let Some(place) = bytes.get(start..end) else { return Some(None) };
            if self.fits_at(place) {
                return Some(Some(end));
            }
            *tries -= 1;
            if *tries == 0 {
                return Some(self.end_after(bytes, start + 1));
            }
        }
        None
    }

    /// Returns whether the run fits `place`, which is as long as it is.
    ///
    /// `?` takes one byte here, so the run has none or the text is ASCII.
    fn fits_at(self, place: &[u8]) -> bool {
        let fits = |(&symbol, &byte): (&u8, &u8)| {
            symbol == b'?' || self.folding.fold(symbol) == self.folding.fold(byte)
        };
        steps::count(1);
        // Runs that are hard to find tend to start alike, so the last symbol goes first.
        let last = self.bytes.last().zip(place.last());
        if !last.is_some_and(fits) {
            return false;
        }
        steps::count(place.len() as u64 / 8);
        self.folding.equal(self.bytes, place) || self.bytes.iter().zip(place).all(fits)
    }

    /// Does the rest of the work of [`Run::end_in`] in bounded time.
    fn end_after(self, bytes: &[u8], from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        let long = self.bytes.len() > SHORT && !self.bytes.contains(&b'?');
        // A few steps for each window are less than two-way search takes to begin.
        let most = if long { FEW + rest.len() / WIDTH * 2 } else { usize::MAX };
        let start = match self.start_by_bytes(rest, most) {
            Ok(start) => start,
            Err(later) => two_way(self.bytes, rest.get(later..)?, self.folding)
                .map(|start| later.saturating_add(start)),
        };
        start.map(|start| from + start + self.bytes.len())
    }

    /// Looks for the run at 64 byte offsets at once, and returns the first it fits at, or if that
    /// takes more than `most` steps, an offset before which it does not fit.
    ///
    /// `?` takes one byte here, so the run has none or the text is ASCII.
    fn start_by_bytes(self, text: &[u8], mut most: usize) -> Result<Option<usize>, usize> {
        let last_start = text.len().checked_sub(self.bytes.len());
        let (Some(last_start), Some(&last_symbol)) = (last_start, self.bytes.last()) else {
            return Ok(None);
        };
        let mut padded = [0; WIDTH];
        let text = window::at_least_one(text, &mut padded);
        let mut at = 0;
        while at <= last_start {
            // The last symbol goes first: runs that are hard to find tend to start alike.
            let mut alive = window::lowest(last_start - at + 1);
            alive &= self.equal_at(text, at + self.bytes.len() - 1, last_symbol);
            for (offset, &symbol) in self.bytes.iter().enumerate() {
                if alive == 0 {
                    break;
                }
                if most == 0 {
                    return Err(at);
                }
                most -= 1;
                alive &= self.equal_at(text, at + offset, symbol);
            }
            if alive != 0 {
                return Ok(Some(at + alive.trailing_zeros() as usize));
            }
            at += WIDTH;
        }
        Ok(None)
    }

    /// Returns the set of offsets `i` for which `symbol` fits `text[at + i]`.
    #[inline]
    fn equal_at(self, text: &[u8], at: usize, symbol: u8) -> u64 {
        if symbol == b'?' {
            return !0;
        }
        steps::count(1);
        window::equal_at(text, at, self.folding.fold(symbol), self.folding.ignored(symbol))
    }

    /// Looks for the run at 64 characters at once, and returns the end of the first fit.
    fn end_by_characters(self, text: &str) -> Option<usize> {
        if self.bytes.iter().all(|&symbol| symbol == b'?') {
            return self.prefix_of(text.as_bytes());
        }
        let run = str::from_utf8(self.bytes).ok()?;
        let mut starts = text;
        loop {
            let mut window = Characters::new(starts);
            let mut alive = window.present();
            for symbol in run.chars() {
                steps::count(1);
                alive &= if symbol == '?' {
                    window.present()
                } else {
                    window.equal(symbol, self.folding)
                };
                if alive == 0 {
                    break;
                }
                window.advance();
            }
            if alive != 0 {
                let characters = alive.trailing_zeros() as usize + run.chars().count();
                let taken: usize = starts.chars().take(characters).map(char::len_utf8).sum();
                return Some(text.len() - starts.len() + taken);
            }
            let (next, _) = starts.char_indices().nth(WIDTH)?;
            starts = starts.get(next..)?;
        }
    }
}

/// Returns the first place of `text` whose word, where `mask` has bits, is `word`.
///
/// The last places are compared with zeros past the end of the text.
#[inline]
pub(crate) fn first_fit<const FOLD: bool>(text: &[u8], word: u64, mask: u64) -> Option<usize> {
    let fits = |&at: &usize| {
        steps::count(1);
        word_at::<FOLD>(text, at) & mask == word
    };
    let [first, ..] = mask.to_le_bytes();
    if first == 0 {
        return (0..=text.len()).find(fits);
    }
    let [first, ..] = word.to_le_bytes();
    for at in (0..text.len()).step_by(WORD) {
        steps::count(1);
        let mut places = roughly(word_at::<FOLD>(text, at), first);
        while places != 0 {
            let place = at + places.trailing_zeros() as usize / 8;
            if fits(&place) {
                return Some(place);
            }
            places &= places - 1;
        }
    }
    None
}

/// Returns the length in bytes of the character that starts with `byte`.
#[inline]
fn character_len(byte: u8) -> usize {
    match byte {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}

/// Returns whether `byte` is a later byte of a character that takes several.
#[inline]
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Finds `needle` in `hay` by two-way search (Crochemore and Perrin, 1991): linear time, constant
/// space. Returns the offset of the first place. `needle` is not empty.
///
/// The needle is cut where its local period equals its period. The right part is compared first,
/// from left to right; a mismatch there moves the needle past it. Then the left part is compared;
/// a mismatch there moves the needle by its period, and what is known to fit is not compared
/// again.
fn two_way<const FOLD: bool>(needle: &[u8], hay: &[u8], folding: Folding<FOLD>) -> Option<usize> {
    let symbol = |bytes: &[u8], at: usize| bytes.get(at).map(|&byte| folding.fold(byte));
    let less = greatest_suffix(needle, |left, right| left < right, folding);
    let more = greatest_suffix(needle, |left, right| left > right, folding);
    let (cut, period) = if less.0 > more.0 { less } else { more };
    let (left, right) = needle.split_at_checked(cut)?;
    let periodic = needle
        .get(period..period + left.len())
        .is_some_and(|repeated| folding.equal(left, repeated));
    let shift = if periodic { period } else { left.len().max(right.len()) + 1 };

    let mut at = 0;
    // The first `known` bytes of the needle are known to fit at `at`.
    let mut known = 0;
    while at + needle.len() <= hay.len() {
        let mut here = cut.max(known);
        while here < needle.len() && symbol(needle, here) == symbol(hay, at + here) {
            steps::count(1);
            here += 1;
        }
        steps::count(1);
        if here < needle.len() {
            at += here - cut + 1;
            known = 0;
            continue;
        }
        let mut back = cut;
        while back > known && symbol(needle, back - 1) == symbol(hay, at + back - 1) {
            steps::count(1);
            back -= 1;
        }
        if back <= known {
            return Some(at);
        }
        at += shift;
        known = if periodic { needle.len() - period } else { 0 };
    }
    None
}

/// Returns where the greatest suffix of `needle` starts in the order given by `before`, and the
/// period of that suffix.
fn greatest_suffix<const FOLD: bool>(
    needle: &[u8],
    before: impl Fn(u8, u8) -> bool,
    folding: Folding<FOLD>,
) -> (usize, usize) {
    let (mut best, mut period) = (0, 1);
    // `rival` starts later than `best`; the two agree on `same` bytes so far.
    let (mut rival, mut same) = (1, 0);
    while let (Some(&of_best), Some(&of_rival)) =
        (needle.get(best + same), needle.get(rival + same))
    {
        steps::count(1);
        let (of_best, of_rival) = (folding.fold(of_best), folding.fold(of_rival));
        if of_best == of_rival {
            same += 1;
            if same == period {
                rival += period;
                same = 0;
            }
        } else if before(of_rival, of_best) {
            rival += same + 1;
            same = 0;
            period = rival - best;
        } else {
            best = rival;
            rival += 1;
            same = 0;
            period = 1;
        }
    }
    (best, period)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every string of `a` and `b` with up to `longest` letters, the empty one left out.
    fn words(longest: usize) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = vec![vec![]];
        let mut from = 0;
        for _ in 0..longest {
            let to = all.len();
            for at in from..to {
                for letter in [b'a', b'b'] {
                    let mut word = all[at].clone();
                    word.push(letter);
                    all.push(word);
                }
            }
            from = to;
        }
        all.split_off(1)
    }

    #[test]
    fn two_way_search_finds_the_first_place_of_every_short_needle() {
        let (hay, needle) = if cfg!(miri) { (6, 3) } else { (11, 7) };
        let hays = words(hay);
        for needle in words(needle) {
            for hay in hays.iter().filter(|hay| hay.len() >= 7 || cfg!(miri)) {
                let expected = hay.windows(needle.len()).position(|window| window == needle);
                assert_eq!(two_way(&needle, hay, Folding::<false>), expected);
            }
        }
    }

    #[test]
    fn two_way_search_ignores_case_when_told_to() {
        let hay = b"xxABABABAByyabababABAB";
        assert_eq!(two_way(b"babababaa", hay, Folding::<true>), None);
        assert_eq!(two_way(b"bababABab", hay, Folding::<true>), Some(13));
        assert_eq!(two_way(b"bababABab", hay, Folding::<false>), None);
    }
}
