//! The readers and comparisons against well-known crates that share nothing with them: patterns
//! against `regex`, addresses against `ipnet`, instants against `jiff`, numbers against
//! `bigdecimal`. JSON against `serde_json` is `json_parity.rs`.
//!
//! What is compared are near misses above all: every pattern is asked about each text one
//! character away, every block about each address one bit away, every instant and number about
//! the ones a tick to either side. `RAMGUARD_LONG=1` asks a hundred times as much; `--nocapture`
//! prints how much was compared.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it takes for granted, and how much it compared"
)]

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::BigDecimal;
use ipnet::IpNet;
use ramguard_match::{Case, Pattern, PatternSet};
use ramguard_policy::condition::{Operator, Test, Truth};
use ramguard_testkit::generate::{self, ByteSource};
use ramguard_testkit::oracle::number::Decimal;
use ramguard_testkit::oracle::{address, instant, wildcard};
use regex::Regex;

fn rounds(slice: u64) -> u64 {
    if std::env::var_os("RAMGUARD_LONG").is_some() { slice * 100 } else { slice }
}

/// Calls `compare` with fresh choices, and says how many comparisons it counted.
fn for_rounds(name: &str, slice: u64, mut compare: impl FnMut(&mut ByteSource<'_>) -> u64) {
    let compared: u64 = (0..rounds(slice))
        .map(|seed| compare(&mut ByteSource::new(&generate::bytes_of_seed(seed))))
        .sum();
    println!("{name}: {compared} comparisons");
}

/// Translates a wildcard pattern, letters folded by hand: `(?i)` folds more than ASCII.
fn as_regex(pattern: &str, fold: bool) -> Regex {
    let mut translated = String::from(r"\A(?s:");
    for symbol in pattern.chars() {
        match symbol {
            '*' => translated.push_str(".*"),
            '?' => translated.push('.'),
            letter if fold && letter.is_ascii_alphabetic() => {
                let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
                translated.extend(['[', lower, upper, ']']);
            }
            other => translated.push_str(&regex::escape(&other.to_string())),
        }
    }
    translated.push_str(r")\z");
    Regex::new(&translated).expect("a translated pattern is a regular expression")
}

/// Every text one character away: dropped, doubled, replaced, in the other case; one more at the
/// end.
fn neighbours(text: &str) -> Vec<String> {
    let symbols: Vec<char> = text.chars().collect();
    let mut all = vec![text.to_owned(), format!("{text}a"), format!("{text}\n")];
    for (at, symbol) in symbols.iter().enumerate() {
        let with = |middle: &[char]| -> String {
            symbols.iter().take(at).chain(middle).chain(symbols.iter().skip(at + 1)).collect()
        };
        let other_case = if symbol.is_ascii_lowercase() {
            symbol.to_ascii_uppercase()
        } else {
            symbol.to_ascii_lowercase()
        };
        all.extend([
            with(&[]),
            with(&[*symbol, *symbol]),
            with(&['b']),
            with(&['\n']),
            with(&[other_case]),
        ]);
    }
    all
}

#[test]
fn patterns_take_what_their_translation_to_regex_takes() {
    for_rounds("patterns against regex", 400, |source| {
        let (pattern, text) = generate::pattern_and_text(source);
        let mut compared = 0;
        for (case, fold) in [(Case::Sensitive, false), (Case::AsciiInsensitive, true)] {
            let peer = as_regex(&pattern, fold);
            let compiled = Pattern::new(&pattern, case);
            let set = PatternSet::new([&pattern], case);
            for text in neighbours(&text) {
                let expected = peer.is_match(&text);
                let got = [
                    compiled.is_match(&text),
                    set.is_match(&text),
                    wildcard::matches(&pattern, &text, fold),
                ];
                assert_eq!(got, [expected; 3], "`{pattern}` on `{text}` ({case:?})");
                compared += 1;
            }
        }
        compared
    });
}

#[test]
fn sets_find_what_the_translations_of_their_patterns_find() {
    for_rounds("sets against regex", 30, |source| {
        let pairs: Vec<(String, String)> =
            (0..2 + source.below(30)).map(|_| generate::pattern_and_text(source)).collect();
        let patterns: Vec<&str> = pairs.iter().map(|(pattern, _)| pattern.as_str()).collect();
        let set = PatternSet::new(&patterns, Case::Sensitive);
        let peers: Vec<Regex> = patterns.iter().map(|pattern| as_regex(pattern, false)).collect();
        let mut found = ramguard_match::Matches::new();
        let mut compared = 0;
        for text in pairs.iter().flat_map(|(_, text)| neighbours(text)) {
            set.matches_into(&text, &mut found);
            let expected: Vec<usize> = (0..)
                .zip(&peers)
                .filter(|(_, peer)| peer.is_match(&text))
                .map(|(n, _)| n)
                .collect();
            assert!(found.iter().eq(expected.iter().copied()), "{patterns:?} on `{text}`");
            compared += 1;
        }
        compared
    });
}

/// What an operator says about one value of a policy and one of a request; nothing where the
/// policy is refused.
fn asked(operator: Operator, policy: &str, request: &str) -> Option<Truth> {
    let test = Test::parse(operator, [policy]).ok()?;
    Some(test.evaluate([request]))
}

/// A block as `ipnet` reads it, mapped ones brought to IPv4 as rule C-8 wants it.
fn as_net(text: &str) -> Option<IpNet> {
    let net: IpNet = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().ok()?,
    };
    Some(match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
        (mapped @ IpAddr::V4(_), Some(shorter)) if net.addr().is_ipv6() => {
            IpNet::new(mapped, shorter).ok()?
        }
        _ => net,
    })
}

/// Every address one bit away from `address`, itself, and the same in the other family.
fn one_bit_away(address: IpAddr) -> Vec<IpAddr> {
    let mut all = vec![address];
    match address {
        IpAddr::V4(v4) => {
            let flipped = |bit| IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() ^ (1_u32 << bit)));
            all.extend((0..32).map(flipped));
            all.push(IpAddr::V6(v4.to_ipv6_mapped()));
            all.push(IpAddr::V6(v4.to_ipv6_compatible()));
        }
        IpAddr::V6(v6) => {
            let flipped = |bit| IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() ^ (1_u128 << bit)));
            all.extend((0..128).map(flipped));
        }
    }
    all
}

/// Makes an address of few different bits, so that blocks and addresses keep meeting.
fn an_address(source: &mut ByteSource<'_>) -> IpAddr {
    let low = u32::from_be_bytes([10, 0, 0, 0]).wrapping_add(source.pick(&[
        0,
        1,
        255,
        256,
        0xffff,
        0x0001_0000,
        0x7fff_ffff,
        0xf5ff_ffff,
    ]));
    match source.below(4) {
        0 => Ipv6Addr::from_bits((0x2001_0db8 << 96) | u128::from(low)).into(),
        1 => Ipv4Addr::from_bits(low).to_ipv6_mapped().into(),
        2 => Ipv6Addr::from_bits(u128::from(low)).into(),
        _ => Ipv4Addr::from_bits(low).into(),
    }
}

#[test]
fn a_block_covers_the_addresses_that_ipnet_says_bit_by_bit() {
    for_rounds("addresses against ipnet", 300, |source| {
        let base = an_address(source);
        let block = match source.below(5) {
            0 => base.to_string(),
            _ => format!("{base}/{}", source.below(if base.is_ipv4() { 33 } else { 129 })),
        };
        let net = as_net(&block).expect("a block that was just written");
        let peer = address::Block::read(&block).expect("the textbook reads it as well");
        let mut asked_about = one_bit_away(base);
        asked_about.extend(one_bit_away(an_address(source)));
        for address in &asked_about {
            let expected = Truth::from(net.contains(&address.to_canonical()));
            let written = address.to_string();
            assert_eq!(
                asked(Operator::IpAddress, &block, &written),
                Some(expected),
                "{block} {written}"
            );
            assert_eq!(
                asked(Operator::NotIpAddress, &block, &written),
                Some(!expected),
                "{block} {written}"
            );
            let read = address::Address::read(&written).expect("an address");
            assert_eq!(Truth::from(peer.contains(read)), expected, "{block} {written}");
        }
        asked_about.len() as u64
    });
}

#[test]
fn a_list_of_blocks_covers_what_one_of_them_covers_for_ipnet() {
    for_rounds("lists of addresses against ipnet", 100, |source| {
        let blocks: Vec<String> = (0..1 + source.below(12))
            .map(|_| {
                let base = an_address(source);
                let bits = if base.is_ipv4() { 33 } else { 129 };
                // Long prefixes, so that the list does not cover everything at once.
                format!("{base}/{}", bits - 1 - source.below(12))
            })
            .collect();
        let nets: Vec<IpNet> = blocks.iter().filter_map(|block| as_net(block)).collect();
        let test = Test::parse(Operator::IpAddress, blocks.iter().map(String::as_str))
            .expect("a list of blocks");
        let asked_about: Vec<IpAddr> =
            (0..8).flat_map(|_| one_bit_away(an_address(source))).collect();
        for address in &asked_about {
            let covered = nets.iter().any(|net| net.contains(&address.to_canonical()));
            let got = test.evaluate([address.to_string().as_str()]);
            assert_eq!(got, Truth::from(covered), "{blocks:?} {address}");
        }
        asked_about.len() as u64
    });
}

#[test]
fn what_is_no_block_for_ipnet_is_none_here() {
    // The other way round is not meant: `ipnet` takes a leading zero.
    let strict = Regex::new(r"\A[0-9A-Fa-f:.]+(/(0|[1-9][0-9]{0,2}))?\z").expect("a grammar");
    let led_by_zero = Regex::new(r"(\A|[.:])0[0-9]+\.|\.0[0-9]").expect("a grammar");
    for_rounds("spellings against ipnet", 400, |source| {
        let base = an_address(source);
        let block = match source.below(4) {
            0 => base.to_string(),
            _ => format!("{base}/{}", source.below(140)),
        };
        let spellings = neighbours(&block);
        for spelling in &spellings {
            let expected = strict.is_match(spelling)
                && !led_by_zero.is_match(spelling)
                && as_net(spelling).is_some();
            let got = Test::parse(Operator::IpAddress, [spelling.as_str()]).is_ok();
            assert_eq!(got, expected, "`{spelling}`");
            assert_eq!(address::Block::read(spelling).is_some(), expected, "`{spelling}`");
        }
        spellings.len() as u64
    });
}

/// What an operator asks of the order of request and policy.
type Holds = fn(Ordering) -> bool;

/// The operators that order, by what follows the name of the family, with what each asks for.
const RELATIONS: [(&str, Holds); 6] = [
    ("Equals", Ordering::is_eq),
    ("NotEquals", Ordering::is_ne),
    ("LessThan", Ordering::is_lt),
    ("LessThanEquals", Ordering::is_le),
    ("GreaterThan", Ordering::is_gt),
    ("GreaterThanEquals", Ordering::is_ge),
];

/// Holds all six operators of a family to an order of request and policy.
fn orders_as(family: &str, policy: &str, request: &str, expected: Ordering) {
    for (relation, holds) in RELATIONS {
        let operator = Operator::parse(&format!("{family}{relation}")).expect("an operator");
        let got = asked(operator, policy, request);
        assert_eq!(got, Some(holds(expected).into()), "{request} {operator} {policy}");
    }
}

/// Makes a number of up to some thirty digits, most of them few.
fn a_number(source: &mut ByteSource<'_>) -> String {
    let digits = |source: &mut ByteSource<'_>, count: usize| -> String {
        (0..count).map(|_| source.pick(&['0', '9', '1', '5'])).collect()
    };
    let sign = source.pick(&["", "-", "+"]);
    let (whole, fraction) = (1 + source.below(16), source.below(16));
    let whole = digits(source, whole);
    let point = if fraction > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{}", digits(source, fraction))
}

/// The number a unit of its last digit to either side, itself otherwise spelt, its negation.
fn numbers_near(number: &BigDecimal) -> Vec<String> {
    let places = number.fractional_digit_count().max(0);
    let tick = BigDecimal::new(1.into(), places);
    let plain = |number: BigDecimal| number.to_plain_string();
    let plus = plain(number.clone());
    let spelt = if plus.starts_with('-') { plus.clone() } else { format!("+00{plus}") };
    let longer = if plus.contains('.') { format!("{plus}000") } else { format!("{plus}.000") };
    vec![
        plus,
        spelt,
        longer,
        plain(number + &tick),
        plain(number - &tick),
        plain(-number),
        plain(number + BigDecimal::new(1.into(), places + 30)),
        plain(number * BigDecimal::from(10)),
    ]
}

#[test]
fn numbers_order_as_bigdecimal_orders_them() {
    for_rounds("numbers against bigdecimal", 300, |source| {
        let texts = [a_number(source), a_number(source)];
        let [policy, other] =
            texts.map(|text| (text.parse::<BigDecimal>().expect("decimal"), text));
        let mut requests = numbers_near(&policy.0);
        requests.push(other.1);
        for request in &requests {
            let read: BigDecimal = request.parse().expect("decimal");
            let expected = read.cmp(&policy.0);
            orders_as("Numeric", &policy.1, request, expected);
            let textbook = Decimal::read(request).cmp(&Decimal::read(&policy.1));
            assert_eq!(textbook, expected, "{request} and {}", policy.1);
        }
        requests.len() as u64
    });
}

#[test]
fn a_number_is_read_if_it_is_plain_and_bigdecimal_reads_it() {
    let plain = Regex::new(r"\A[+-]?[0-9]+(\.[0-9]+)?\z").expect("a grammar");
    for_rounds("spellings against bigdecimal", 400, |source| {
        let mut spellings = neighbours(&a_number(source));
        spellings.push(format!("{}e3", a_number(source)));
        for spelling in &spellings {
            let expected = plain.is_match(spelling);
            assert!(!expected || spelling.parse::<BigDecimal>().is_ok(), "`{spelling}`");
            let got = Test::parse(Operator::NumericEquals, [spelling.as_str()]).is_ok();
            assert_eq!(got, expected, "`{spelling}`");
        }
        spellings.len() as u64
    });
}

/// A date with time and zone, field by field, and a fraction in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Fields {
    day: (i16, i8, i8),
    seconds_of_day: i32,
    nanoseconds: i32,
    offset_minutes: i32,
}

impl Fields {
    /// Makes a date near the ends of days, months and years. The year 9999 is left out: the
    /// timestamps of `jiff` end within it.
    fn any(source: &mut ByteSource<'_>) -> Fields {
        let year = source.pick(&[2024, 2023, 2000, 1900, 1970, 1969, 1, 0, 9998]);
        let (month, day) =
            source.pick(&[(1, 1), (2, 28), (2, 29), (3, 1), (12, 31), (6, 30), (7, 1)]);
        Fields {
            day: (year, month, day),
            seconds_of_day: source.pick(&[0, 1, 43_200, 86_340, 86_399, 3_599]),
            nanoseconds: source.pick(&[0, 1, 500_000_000, 999_999_999, 100_000_000]),
            offset_minutes: source.pick(&[0, 480, -480, 1_439, -1_439, 1, -30]),
        }
    }

    /// Writes it with as many digits of the fraction as asked for, 9 at most.
    fn spelt(self, digits: usize) -> String {
        let Fields { day: (year, month, day), seconds_of_day, nanoseconds, offset_minutes } = self;
        let (hour, minute, second) =
            (seconds_of_day / 3_600, seconds_of_day / 60 % 60, seconds_of_day % 60);
        let fraction: String = format!("{nanoseconds:09}").chars().take(digits).collect();
        let point = if digits > 0 { "." } else { "" };
        let zone = match offset_minutes {
            0 => "Z".to_owned(),
            east => {
                let sign = if east < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", east.abs() / 60, east.abs() % 60)
            }
        };
        let date = format!("{year:04}-{month:02}-{day:02}");
        format!("{date}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}")
    }
}

/// The instant a tick to either side, a second to either side, and the same in other zones.
fn instants_near(instant: jiff::Timestamp) -> Vec<String> {
    let away = |nanoseconds: i64| instant + jiff::SignedDuration::from_nanos(nanoseconds);
    let mut all: Vec<String> = [0, 1, -1, 1_000_000_000, -1_000_000_000, 60_000_000_000]
        .map(|nanoseconds| away(nanoseconds).to_string())
        .into();
    for minutes in [480, -570, 1_439, -1_439] {
        let offset = jiff::tz::Offset::from_seconds(minutes * 60).expect("less than a day");
        all.push(instant.display_with_offset(offset).to_string());
    }
    // Years before 0000 and after 9999 have a sign and six digits, which RAM does not read.
    all.retain(|text| !text.starts_with(['+', '-']));
    all
}

#[test]
fn instants_order_as_jiff_orders_them() {
    for_rounds("instants against jiff", 300, |source| {
        let fields = Fields::any(source);
        let other = Fields::any(source).spelt(9);
        let policy = fields.spelt(9);
        let Ok(instant) = policy.parse::<jiff::Timestamp>() else {
            assert!(Test::parse(Operator::DateEquals, [policy.as_str()]).is_err(), "{policy}");
            assert_eq!(instant::Instant::read(&policy), None, "{policy}");
            return 1;
        };
        let mut requests = instants_near(instant);
        requests.push(other);
        let mut compared = 0;
        for request in requests {
            let Ok(read) = request.parse::<jiff::Timestamp>() else { continue };
            let expected = read.cmp(&instant);
            orders_as("Date", &policy, &request, expected);
            let textbook = instant::Instant::read(&request).cmp(&instant::Instant::read(&policy));
            assert_eq!(textbook, expected, "{request} and {policy}");
            compared += 1;
        }
        compared
    });
}

#[test]
fn a_date_is_read_if_it_is_of_the_one_form_and_jiff_knows_it() {
    let form = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})\z";
    let form = Regex::new(form).expect("a grammar");
    // jiff reads the leap second 60 as 59, and offsets past a day.
    let beyond = Regex::new(r"T[0-9]{2}:[0-9]{2}:6|[+-]2[4-9]:[0-9]{2}\z").expect("a grammar");
    for_rounds("spellings against jiff", 300, |source| {
        let digits = source.below(10);
        let text = Fields::any(source).spelt(digits);
        let mut spellings = neighbours(&text);
        // Each digit one higher and one lower: the thirteenth month, the hour 24.
        for (at, digit) in text.char_indices().filter(|(_, symbol)| symbol.is_ascii_digit()) {
            for other in [u32::from(digit) + 1, u32::from(digit) - 1] {
                let other = char::from_u32(other).filter(char::is_ascii_digit).unwrap_or('0');
                let mut spelling = text.clone();
                spelling.replace_range(at..=at, &other.to_string());
                spellings.push(spelling);
            }
        }
        for spelling in &spellings {
            // More than nine digits of a fraction are too many for jiff, not for RAM; the last
            // year has days that are beyond its timestamps.
            let too_fine = spelling
                .split_once('.')
                .is_some_and(|(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count() > 9);
            if too_fine || spelling.starts_with("9999-12-3") {
                continue;
            }
            let expected = form.is_match(spelling)
                && !beyond.is_match(spelling)
                && spelling.parse::<jiff::Timestamp>().is_ok();
            let got = Test::parse(Operator::DateEquals, [spelling.as_str()]).is_ok();
            assert_eq!(got, expected, "`{spelling}`");
            assert_eq!(instant::Instant::read(spelling).is_some(), expected, "`{spelling}`");
        }
        spellings.len() as u64
    });
}
