//! What the loader says, in Chinese; it speaks English itself.
//!
//! Always holds here: for everything the loader says in English today there is a sentence, which says
//! no less. What it may learn to say later is told in English until it is written here.

use ramguard_policy::condition::{AddressFault, DateFault, NumberFault, ValueErrorKind};
use ramguard_policy::json::{Fault, FaultKind};

/// Says what is wrong with the text.
pub(crate) fn fault(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Empty => "文档为空".to_owned(),
        FaultKind::EndsInside { open, missing } => {
            format!("文档在 `{open}` 闭合前结束，缺少 `{missing}`")
        }
        FaultKind::NotClosed { open, found } => format!("`{open}` 在 `{found}` 之前没有闭合"),
        FaultKind::WrongClose { found, expected } => format!("应为 `{expected}`，实际为 `{found}`"),
        FaultKind::AfterEnd => "文档结束后还有文本".to_owned(),
        FaultKind::Unexpected { found } => format!("此处不应有 `{found}`"),
        FaultKind::TrailingComma { close } => format!("`{close}` 之前多了逗号"),
        FaultKind::ExtraComma => "逗号之前没有内容".to_owned(),
        FaultKind::MissingComma => "缺少逗号".to_owned(),
        FaultKind::MissingColon { key } => format!("键 `{key}` 后缺少冒号"),
        FaultKind::MissingKey => "缺少键".to_owned(),
        FaultKind::MissingValue => "缺少值".to_owned(),
        FaultKind::Punctuation { found, meant } => format!("应为 `{meant}`，实际为 `{found}`"),
        FaultKind::Quotes { quote } => format!("应为 `\"`，实际为 `{quote}`"),
        FaultKind::Blank { found } => format!("U+{:04X} 在 JSON 中不是空白", u32::from(*found)),
        FaultKind::Comment => "JSON 没有注释".to_owned(),
        FaultKind::CommentNotClosed => "注释没有结束".to_owned(),
        FaultKind::UnquotedKey { word } => format!("键 `{word}` 没有引号"),
        FaultKind::UnquotedValue { word } => format!("`{word}` 没有引号"),
        FaultKind::UnknownWord { word } => format!("`{word}` 不是 JSON 值"),
        FaultKind::BadNumber { text } => format!("`{text}` 不是 JSON 数字"),
        FaultKind::StringNotClosed => "字符串没有结束".to_owned(),
        FaultKind::ControlCharacter { code } => format!("字符串中有控制字符 U+{code:04X}"),
        FaultKind::UnknownEscape { after } => format!("`\\{after}` 不是 JSON 的转义"),
        FaultKind::BadUnicodeEscape => "`\\u` 后不是四位十六进制数".to_owned(),
        FaultKind::TooMany { limit } => format!("问题超过 {limit} 个，其余未读"),
        other => other.to_string(),
    }
}

/// Says what to do about it.
pub(crate) fn fault_help(fault: &Fault) -> Option<String> {
    let english = fault.help()?;
    // What stands in backticks is the same in every language.
    let quoted = || english.split('`').nth(1).unwrap_or_default();
    Some(match fault.kind() {
        FaultKind::Empty => "写一个策略文档，即 `{` 和 `}` 之间的对象".to_owned(),
        FaultKind::EndsInside { .. } => format!("在末尾加上 `{}`", quoted()),
        FaultKind::NotClosed { .. } => format!("在此处之前加上 `{}`", quoted()),
        FaultKind::AfterEnd => "只保留一个值，删除其余部分；检查是否有括号过早闭合".to_owned(),
        FaultKind::Unexpected { .. } => "删除它".to_owned(),
        FaultKind::TrailingComma { .. } | FaultKind::ExtraComma => "删除逗号".to_owned(),
        FaultKind::MissingComma => "在两者之间加逗号".to_owned(),
        FaultKind::MissingColon { .. } => "在键后加冒号".to_owned(),
        FaultKind::MissingKey => format!("写 `{}`", quoted()),
        FaultKind::MissingValue => "在冒号后写上值".to_owned(),
        FaultKind::Quotes { .. } => "在字符串两端写 `\"`".to_owned(),
        FaultKind::Blank { .. } => "改为普通空格或换行".to_owned(),
        FaultKind::Comment | FaultKind::CommentNotClosed => {
            "删除注释；说明可以放在策略之外".to_owned()
        }
        FaultKind::UnknownWord { word } => match word.to_ascii_lowercase().as_str() {
            "true" | "false" | "null" => format!("写 `{}`", quoted()),
            "none" | "nil" | "undefined" => "写 `null`，或删除它".to_owned(),
            _ => "JSON 只有有限的十进制数；写一个数字，若由条件比较则加引号".to_owned(),
        },
        FaultKind::BadNumber { .. } => {
            "写成 `0`、`-1.5` 或 `2e9` 这样的数字，或给文本加引号".to_owned()
        }
        FaultKind::StringNotClosed => "在字符串应结束的地方加 `\"`".to_owned(),
        FaultKind::ControlCharacter { .. } => format!("改写为 `{}`", quoted()),
        FaultKind::UnknownEscape { after } => {
            format!("写 `{after}`；若需要反斜杠，写 `\\\\{after}`")
        }
        FaultKind::BadUnicodeEscape => "写 `\\u` 和四位 `0` 到 `9`、`a` 到 `f`".to_owned(),
        FaultKind::LoneSurrogate { .. } => {
            "两半都写上，如 `\\ud83d\\ude00`，或直接写该字符".to_owned()
        }
        FaultKind::DuplicateKey { .. } => "只保留一个；以哪个为准，各实现不同".to_owned(),
        FaultKind::ByteOrderMark => "以不带字节顺序标记的 UTF-8 保存文件".to_owned(),
        FaultKind::NotUtf8 { utf16: true, .. } => "文件像是 UTF-16，请以 UTF-8 保存".to_owned(),
        FaultKind::NotUtf8 { .. } => "请以 UTF-8 保存文件".to_owned(),
        FaultKind::TooMany { .. } => "先修复这些，再检查一次".to_owned(),
        // `write` and one word.
        _ if english.starts_with("write `") && english.matches('`').count() == 2 => {
            format!("写 `{}`", quoted())
        }
        _ => english,
    })
}

/// Says what the further place of a fault is.
pub(crate) fn related_label(fault: &Fault) -> &'static str {
    match fault.kind() {
        FaultKind::DuplicateKey { .. } => "第一次出现在这里",
        FaultKind::MissingComma => "在这个值之后",
        FaultKind::MissingColon { .. } | FaultKind::MissingValue => "属于这个键",
        _ => "在这里打开",
    }
}

/// Says what is wrong with the value of a condition.
pub(crate) fn value(kind: &ValueErrorKind) -> String {
    let words = match kind {
        ValueErrorKind::NotNumber { fault, .. } => match fault {
            NumberFault::Empty => "没有数字",
            NumberFault::Blank => "含有空格",
            NumberFault::Exponent => "用了指数",
            NumberFault::NotDecimal => "不是十进制",
            NumberFault::BarePoint => "小数点旁缺少数字",
            NumberFault::Separator => "含有分隔符",
            NumberFault::NotDigits => "含有数字以外的字符",
            _ => return kind.to_string(),
        },
        ValueErrorKind::NotDate { fault, .. } => match fault {
            DateFault::Blank => "前后有空格",
            DateFault::NoTime => "没有时刻",
            DateFault::NoZone => "没有时区",
            DateFault::Epoch => "是从 1970 年起的计数",
            DateFault::NoSuchDay => "没有这一天",
            DateFault::NoSuchTime => "没有这个时刻",
            DateFault::Offset => "与 UTC 的偏移不是 `+08:00` 的形式",
            DateFault::Form => "不是 `2024-01-01T00:00:00+08:00` 的形式",
            _ => return kind.to_string(),
        },
        ValueErrorKind::NotAddress { fault, .. } => match fault {
            AddressFault::Empty => "为空",
            AddressFault::Blank => "含有空格",
            AddressFault::Wildcard => "地址不能用通配符",
            AddressFault::Masked => "部分被打码",
            AddressFault::DottedMask => "掩码不是前缀长度",
            AddressFault::PrefixTooLong { max_bits } => {
                return format!("前缀长度超过 {max_bits} 位");
            }
            AddressFault::Prefix => "前缀长度不是普通数字",
            AddressFault::LeadingZero => "某一段以零开头",
            AddressFault::OctetTooLarge => "某一段大于 255",
            AddressFault::OctetCount => "IPv4 地址有四段",
            AddressFault::Zone => "带有区域",
            AddressFault::Range => "是一个范围",
            AddressFault::Port => "带有端口或方括号",
            AddressFault::Name => "是一个名称",
            AddressFault::BlockInRequest => "是网段，不是一个地址",
            AddressFault::Form => "是其他形式",
            _ => return kind.to_string(),
        },
        other => return other.to_string(),
    };
    words.to_owned()
}

/// Says what to write instead.
pub(crate) fn value_help(kind: &ValueErrorKind) -> String {
    if let Some(meant) = kind.replacement() {
        return format!("写 `{meant}`");
    }
    let words = match kind {
        ValueErrorKind::NotNumber { fault, .. } => match fault {
            NumberFault::Empty | NumberFault::NotDigits => "写十进制数，例如 `10`、`-0.5`",
            NumberFault::Blank => "写数字时不要有空格",
            NumberFault::Exponent => "写出完整的数字，`1e3` 写作 `1000`",
            NumberFault::NotDecimal => "用十进制数字书写",
            NumberFault::BarePoint => "小数点两边至少各写一位数字",
            NumberFault::Separator => "数字之间不要分隔符，小数点写 `.`",
            _ => return kind.help(),
        },
        ValueErrorKind::NotDate { fault, .. } => match fault {
            DateFault::Blank => "去掉空格",
            DateFault::NoTime => "加上时刻和时区，如 `2024-01-01T00:00:00+08:00`",
            DateFault::NoZone => "UTC 加 `Z`，否则加偏移，例如 `+08:00`",
            DateFault::Epoch => "写出日期和时刻",
            DateFault::NoSuchDay => "写日历上有的日期",
            DateFault::NoSuchTime => "小时写 00 到 23，分和秒写 00 到 59",
            DateFault::Offset => "写 `Z`，或从 `-23:59` 到 `+23:59` 的偏移",
            DateFault::Form => "写日期、时刻和时区，如 `2024-01-01T00:00:00+08:00`",
            _ => return kind.help(),
        },
        ValueErrorKind::NotAddress { fault, .. } => match fault {
            AddressFault::Empty | AddressFault::Form | AddressFault::OctetCount => {
                "写地址，例如 `192.0.2.1`、`2001:db8::1`，或网段，例如 `192.0.2.0/24`"
            }
            AddressFault::Blank => "写地址时不要有空格；多个地址写成列表",
            AddressFault::Wildcard => "写网段；所有地址是 `0.0.0.0/0` 和 `::/0`",
            AddressFault::Masked => "写上真实的地址",
            AddressFault::DottedMask => "写掩码的位数",
            AddressFault::PrefixTooLong { max_bits: 32 } => "写 0 到 32 的前缀长度",
            AddressFault::PrefixTooLong { .. } => "写 0 到 128 的前缀长度",
            AddressFault::Prefix => "前缀长度写数字，不带符号和前导零",
            AddressFault::LeadingZero => "各段写十进制，不带前导零",
            AddressFault::OctetTooLarge => "各段写 0 到 255",
            AddressFault::Zone => "去掉 `%` 及其后的部分",
            AddressFault::Range => "把组成该范围的网段写成列表",
            AddressFault::Port => "只写地址",
            AddressFault::Name => "写主机的地址；不会解析名称",
            AddressFault::BlockInRequest => "给出一个地址",
            _ => return kind.help(),
        },
        other => return other.help(),
    };
    words.to_owned()
}
