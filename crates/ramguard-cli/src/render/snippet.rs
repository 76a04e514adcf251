//! Reports with the lines of source they are about.
//!
//! The renderer is handed a small piece of the document, cut out and escaped here: the lines that
//! are marked, and of a long line the part around the mark. So a report costs the same whatever
//! the document looks like, and nothing of the document reaches the terminal as it is.

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet,
};
use anstream::adapter::strip_str;
use ramguard_policy::text::{LineIndex, Position, Span};

use crate::places::Places;

use super::escape::{escape, escape_source};

/// A mark over more lines than this is drawn on its first line only.
const MAX_MARKED_LINES: u32 = 40;
/// Marks further apart than this many lines are drawn in two pieces.
const MAX_GAP_LINES: u32 = 6;
/// Of a line, this many bytes are shown before the mark.
const BEFORE_MARK: usize = 48;
/// Of a line, at most this many bytes are shown from the start of the mark on.
const FROM_MARK: usize = 120;

/// A document to show pieces of.
pub(crate) struct Shown<'d> {
    /// Its name, not escaped.
    pub(crate) name: &'d str,
    /// Its lines.
    pub(crate) lines: &'d LineIndex<'d>,
}

/// A place to mark, and the words beside it.
pub(crate) struct Mark {
    /// Where, in bytes of the document.
    pub(crate) span: Span,
    /// The words, not escaped; may be empty.
    pub(crate) label: String,
}

/// What a report says, apart from where.
pub(crate) struct Words<'w> {
    /// How bad it is, or that it is a note.
    pub(crate) severity: Severity<'w>,
    /// The code, if it has one.
    pub(crate) code: Option<&'w str>,
    /// What it says, not escaped.
    pub(crate) message: &'w str,
    /// What is added below, not escaped.
    pub(crate) footers: Vec<(Severity<'w>, String)>,
}

/// Draws a report about the first of `marks`; the others explain it.
pub(crate) fn draw(
    is_coloured: bool,
    words: &Words<'_>,
    shown: &Shown<'_>,
    primary: &Mark,
    related: &[Mark],
) -> String {
    let mut title = words.severity.clone().primary_title(escape(words.message));
    if let Some(code) = words.code {
        title = title.id(escape(code));
    }
    let near = |mark: &&Mark| is_near(shown.lines, primary.span, mark.span);
    let piece = Piece::cut(shown.lines, primary, related.iter().filter(near));
    let far: Vec<(&Mark, Piece)> = related
        .iter()
        .filter(|mark| !near(mark))
        .map(|mark| (mark, Piece::cut(shown.lines, mark, std::iter::empty())))
        .collect();
    let mut group = title.element(origin(shown, primary.span)).element(piece.snippet());
    for (mark, piece) in &far {
        group = group.element(origin(shown, mark.span)).element(piece.secondary_snippet());
    }
    for (severity, text) in &words.footers {
        group = group.element(severity.clone().message(escape(text).into_owned()));
    }
    render(is_coloured, group)
}

/// Writes a report as [`draw`] does, without the lines it is about: they are not here.
pub(crate) fn tell(
    is_coloured: bool,
    words: Words<'_>,
    name: &str,
    places: &Places<'_>,
    primary: &Mark,
    related: &[Mark],
) -> String {
    let mut title = words.severity.primary_title(escape(words.message));
    if let Some(code) = words.code {
        title = title.id(escape(code));
    }
    let mut group = title.element(at(name, places.position(primary.span.start)));
    for mark in related {
        let place = places.position(mark.span.start);
        let text = format!("{}:{}:{}: {}", name, place.line, place.column, mark.label);
        group = group.element(Severity::NOTE.message(escape(&text).into_owned()));
    }
    for (severity, text) in words.footers {
        group = group.element(severity.message(escape(&text).into_owned()));
    }
    render(is_coloured, group)
}

fn render(is_coloured: bool, group: Group<'_>) -> String {
    let renderer = if is_coloured { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.hyperlink(false).render(&[group]);
    // The renderer pads some lines with blanks, and marks a piece whose place has been told already
    // with a line of its own.
    text = text
        .lines()
        .filter(|line| strip_str(line).to_string().trim() != ":::")
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    text.push('\n');
    text
}

fn origin<'o>(shown: &Shown<'_>, span: Span) -> Origin<'o> {
    at(shown.name, shown.lines.position(span.start))
}

fn at<'o>(name: &str, position: Position) -> Origin<'o> {
    Origin::path(escape(name).into_owned())
        .line(position.line as usize)
        .char_column(position.column as usize)
}

fn is_near(lines: &LineIndex<'_>, a: Span, b: Span) -> bool {
    let (a, b) = (last_and_first(lines, a), last_and_first(lines, b));
    let gap = if a.1 <= b.1 { b.1.saturating_sub(a.0) } else { a.1.saturating_sub(b.0) };
    gap <= MAX_GAP_LINES
}

/// The last line to draw of a span, and the first.
fn last_and_first(lines: &LineIndex<'_>, span: Span) -> (u32, u32) {
    let first = lines.position(span.start).line;
    let last = lines.position(span.end.saturating_sub(1).max(span.start)).line;
    if last - first >= MAX_MARKED_LINES { (first, first) } else { (last, first) }
}

/// Lines cut out of a document, escaped, with the marks moved along.
struct Piece {
    text: String,
    first_line: usize,
    marks: Vec<(std::ops::Range<usize>, String)>,
}

/// Where a line of a piece comes from.
struct CutLine {
    /// Offset in the document of the first byte kept, and just past the last.
    from: usize,
    to: usize,
    /// Offset in the piece where the kept part starts.
    at: usize,
}

impl Piece {
    fn cut<'m>(
        lines: &LineIndex<'_>,
        primary: &'m Mark,
        others: impl Iterator<Item = &'m Mark>,
    ) -> Self {
        let marks: Vec<&Mark> = std::iter::once(primary).chain(others).collect();
        let bounds = |mark: &&Mark| last_and_first(lines, mark.span);
        let first = marks.iter().map(|mark| bounds(mark).1).min().unwrap_or(1);
        let last = marks.iter().map(|mark| bounds(mark).0).max().unwrap_or(first);
        let source = lines.text();
        let mut text = String::new();
        let mut cut_lines = Vec::new();
        for number in first..=last {
            if number > first {
                text.push('\n');
            }
            let line = lines.line_text(number);
            let start = offset_in(source, line);
            let focus = marks
                .iter()
                .map(|mark| mark.span.start as usize)
                .filter(|at| (start..=start + line.len()).contains(at))
                .min()
                .map_or(0, |at| at - start);
            let (from, to) = window(line, focus);
            if from > 0 {
                text.push('…');
            }
            let at = text.len();
            text.push_str(&escape_source(line.get(from..to).unwrap_or_default()));
            if to < line.len() {
                text.push('…');
            }
            cut_lines.push(CutLine { from: start + from, to: start + to, at });
        }
        let moved = |offset: usize| {
            // The last line that starts at or before the offset holds it.
            let index = cut_lines.partition_point(|line| line.from <= offset).max(1) - 1;
            let Some(line) = cut_lines.get(index) else { return 0 };
            let kept = source.get(line.from..offset.clamp(line.from, line.to)).unwrap_or_default();
            line.at + escape_source(kept).len()
        };
        let marks = marks
            .iter()
            .map(|mark| {
                let (last, first) = bounds(mark);
                let start = floor(source, mark.span.start as usize);
                let mut end = floor(source, mark.span.end as usize).max(start);
                if last == first {
                    let line = lines.line_text(first);
                    end = end.min(offset_in(source, line) + line.len()).max(start);
                }
                let (start, end) = (moved(start), moved(end));
                (start..end.max(start), escape(&mark.label).into_owned())
            })
            .collect();
        Self { text, first_line: first as usize, marks }
    }

    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        self.with_kinds(AnnotationKind::Primary)
    }

    fn secondary_snippet(&self) -> Snippet<'_, Annotation<'_>> {
        self.with_kinds(AnnotationKind::Context)
    }

    fn with_kinds(&self, first: AnnotationKind) -> Snippet<'_, Annotation<'_>> {
        let kinds = std::iter::once(first).chain(std::iter::repeat(AnnotationKind::Context));
        let annotations = self.marks.iter().zip(kinds).map(|((range, label), kind)| {
            let annotation = kind.span(range.clone());
            if label.is_empty() { annotation } else { annotation.label(label.as_str()) }
        });
        Snippet::source(self.text.as_str()).line_start(self.first_line).annotations(annotations)
    }
}

/// Returns where `part` starts in `whole`, of which it is a slice.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Returns the part of a line to show around `focus`, both bounds between characters.
fn window(line: &str, focus: usize) -> (usize, usize) {
    if line.len() <= BEFORE_MARK + FROM_MARK {
        return (0, line.len());
    }
    (floor(line, focus.saturating_sub(BEFORE_MARK)), floor(line, focus + FROM_MARK))
}

/// Returns the nearest place at or before `offset` that lies between two characters.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::super::escape::is_unsafe;
    use super::*;

    fn drawn(text: &str, primary: (u32, u32), related: &[(u32, u32)]) -> String {
        let lines = LineIndex::new(text);
        let mark =
            |&(start, end): &(u32, u32)| Mark { span: Span::new(start, end), label: "here".into() };
        let words = Words {
            severity: Severity::ERROR,
            code: Some("code"),
            message: "message",
            footers: vec![(Severity::HELP, "help".into())],
        };
        let related: Vec<Mark> = related.iter().map(mark).collect();
        let shown = Shown { name: "p.json", lines: &lines };
        draw(false, &words, &shown, &mark(&primary), &related)
    }

    #[test]
    fn a_mark_stands_under_what_it_is_about() {
        assert_eq!(
            drawn("{\n  \"a\": 1\n}", (4, 7), &[]),
            "error[code]: message\n --> p.json:2:3\n  |\n2 |   \"a\": 1\n  |   ^^^ here\n  |\n  \
             = help: help\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark_and_told_by_its_own_column() {
        let text = format!("{}MARK{}", "x".repeat(100_000), "y".repeat(100_000));
        let report = drawn(&text, (100_000, 100_004), &[]);
        assert!(report.contains("p.json:1:100001"), "{report}");
        assert!(report.contains("xMARKy"), "{report}");
        assert!(report.len() < 1_000, "{report}");
    }

    #[test]
    fn a_mark_over_many_lines_is_drawn_on_the_first() {
        let text = "line\n".repeat(1_000);
        let report = drawn(&text, (0, 5_000), &[]);
        assert!(report.len() < 300, "{report}");
    }

    #[test]
    fn a_far_mark_is_drawn_with_a_place_of_its_own() {
        let text = "line\n".repeat(100);
        let report = drawn(&text, (0, 4), &[(400, 404)]);
        assert!(report.contains("p.json:1:1"), "{report}");
        assert!(report.contains("p.json:81:1"), "{report}");
    }

    #[test]
    fn escapes_before_a_mark_do_not_move_it() {
        let report = drawn("\u{1b}\u{202e}MARK", (4, 8), &[]);
        assert!(
            report.contains("1 | \\u{1b}\\u{202e}MARK\n  |               ^^^^ here"),
            "{report}"
        );
        assert!(report.contains("p.json:1:3"), "{report}");
    }

    #[test]
    fn any_text_and_any_marks_can_be_drawn_and_nothing_unsafe_gets_through() {
        let alphabet = [
            "a",
            "{",
            "\"",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "\u{1b}",
            "\u{202e}",
            "\u{4e2d}",
            "\u{1f600}",
            "\u{301}",
            "\u{0}",
            "\u{2028}",
            "        ",
            "\u{7f}",
        ];
        // A small generator of its own keeps every run the same.
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        for round in 0..3_000 {
            let pieces = if round % 50 == 0 { 600 } else { next(40) };
            let text: String = (0..pieces).map(|_| alphabet[next(alphabet.len())]).collect();
            let place = |at: usize| u32::try_from(at).unwrap();
            let mut span = || {
                let start = next(text.len() + 3);
                (place(start), place(start + next(60)))
            };
            let (primary, related) = (span(), [span(), span()]);
            let report = drawn(&text, primary, &related[..round % 3]);
            let bad = |c: char| is_unsafe(c) && c != '\n';
            assert!(!report.contains(bad), "{text:?} {primary:?} {related:?}\n{report}");
        }
    }
}
