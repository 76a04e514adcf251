//! Turns the files of `data/` into the tables of `src/generated/`.
//!
//! Shared by the generator and by the test that the generated files are current. The layout of
//! the tables is described in `src/table.rs`; both change together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[path = "../src/slot.rs"]
mod slot;

/// The day the data was taken together.
const DATE: &str = "2026-08-31";

/// Writes every generated file as `(name, bytes)`.
///
/// # Errors
/// A message that names the file and line that could not be understood.
pub(crate) fn encode(data: &Path) -> Result<Vec<(&'static str, Vec<u8>)>, String> {
    let mut texts = Texts::default();
    let actions = rows(data, "actions.tsv", 5)?;
    let services = rows(data, "services.tsv", 11)?;
    let passroles = rows(data, "passrole_actions.tsv", 4)?;

    let mut principals: BTreeSet<String> = BTreeSet::new();
    let host = |text: &str| {
        text.split(';')
            .map(str::trim)
            .filter(|name| name.ends_with(".aliyuncs.com") && !name.contains(' '))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for row in &services {
        principals.extend(host(&row[2]));
    }
    for row in &passroles {
        principals.extend(host(&row[2]));
    }

    let mut by_service: BTreeMap<String, BTreeMap<String, &Vec<String>>> = BTreeMap::new();
    for row in &actions {
        by_service
            .entry(row[0].to_ascii_lowercase())
            .or_default()
            .insert(row[1].to_ascii_lowercase(), row);
    }
    let described: BTreeMap<&str, &Vec<String>> =
        services.iter().map(|row| (row[0].as_str(), row)).collect();
    let names: BTreeSet<&str> =
        by_service.keys().map(String::as_str).chain(described.keys().copied()).collect();

    let misnamed = sorted_rows(data, "misnamed.tsv", 3)?;
    let renamed = sorted_rows(data, "renamed.tsv", 3)?;
    let (mut service_table, mut action_table, mut template_table) =
        (Vec::new(), Vec::new(), Vec::new());
    let mut slots = vec![0u16; slot::SLOTS];
    let mut action_count = 0u32;
    let empty = BTreeMap::new();
    for name in names {
        let first = action_count;
        for row in by_service.get(name).unwrap_or(&empty).values() {
            let full = format!("{}:{}", row[0], row[1]);
            let is_among =
                |rows: &[Vec<String>]| rows.iter().any(|row| row[0].eq_ignore_ascii_case(&full));
            let names = u8::from(is_among(&misnamed)) | u8::from(is_among(&renamed)) << 1;
            encode_action(row, names, &mut texts, &mut action_table, &mut template_table)?;
            action_count += 1;
            let number = u16::try_from(action_count).ok().filter(|&n| usize::from(n) < slots.len());
            let number = number.ok_or("too many actions for their slots")?;
            let mut at = slot::slot_of(name, &row[1]);
            while slots[at] != 0 {
                at = slot::next_slot(at);
            }
            slots[at] = number;
        }
        let row = described.get(name);
        let cell = |at: usize| row.map_or("", |row| row[at].as_str());
        push_u32(&mut service_table, texts.add(name)?);
        push_u32(&mut service_table, texts.add(cell(1))?);
        push_u32(&mut service_table, first);
        push_u32(&mut service_table, action_count);
        let granularity = match cell(6) {
            "service" => 1u8,
            "operation" => 2,
            "resource" => 3,
            _ => 0,
        };
        let answer = |text: &str| match text {
            "yes" => 2u8,
            "no" => 1,
            _ => 0,
        };
        let takes_role = u8::from(cell(8) == "yes");
        service_table
            .push(granularity | answer(cell(4)) << 2 | answer(cell(5)) << 4 | takes_role << 6);
        service_table
            .push(u8::from(!cell(3).is_empty()) | u8::from(cell(10).contains("2021")) << 1);
    }

    for row in sorted_rows(data, "principals.tsv", 2)? {
        principals.insert(row[0].clone());
    }
    let mut principal_table = Vec::new();
    for name in &principals {
        push_u32(&mut principal_table, texts.add(name)?);
    }

    let (mut key_table, mut scope_table) = (Vec::new(), Vec::new());
    let mut keys = rows(data, "condition_keys.tsv", 5)?;
    keys.sort_by_key(|row| key_name(&row[0]).to_ascii_lowercase());
    for row in &keys {
        encode_key(row, &mut texts, &mut key_table, &mut scope_table)?;
    }

    let mut passrole_table = Vec::new();
    let mut sorted: Vec<_> = passroles.iter().collect();
    sorted.sort_by_key(|row| row[0].to_ascii_lowercase());
    for row in sorted {
        push_u32(&mut passrole_table, texts.add(&row[0])?);
        push_u32(&mut passrole_table, texts.add(&row[1])?);
        let principal = host(&row[2]).first().cloned().unwrap_or_default();
        push_u32(&mut passrole_table, texts.add(&principal)?);
        passrole_table.push(u8::from(row[3].starts_with("documented")));
    }

    let mut region_table = Vec::new();
    for row in sorted_rows(data, "regions.tsv", 2)? {
        push_u32(&mut region_table, texts.add(&row[0])?);
    }
    let mut alias_table = Vec::new();
    for row in sorted_rows(data, "aliases.tsv", 3)? {
        push_u32(&mut alias_table, texts.add(&row[0])?);
        push_u32(&mut alias_table, texts.add(&row[1])?);
    }
    let mut renamed_table = Vec::new();
    for row in &renamed {
        push_u32(&mut renamed_table, texts.add(&row[0])?);
        push_u32(&mut renamed_table, texts.add(&row[1])?);
        push_u32(&mut renamed_table, texts.add(&row[2])?);
    }

    let mut misnamed_table = Vec::new();
    for row in &misnamed {
        push_u32(&mut misnamed_table, texts.add(&row[0])?);
        push_u32(&mut misnamed_table, texts.add(&row[1])?);
        push_u32(&mut misnamed_table, texts.add(&row[2])?);
    }

    let date = format!("{DATE}\n").into_bytes();
    Ok(vec![
        ("texts.txt", texts.blob.into_bytes()),
        ("services.bin", service_table),
        ("actions.bin", action_table),
        ("slots.bin", slots.into_iter().flat_map(u16::to_le_bytes).collect()),
        ("templates.bin", template_table),
        ("principals.bin", principal_table),
        ("keys.bin", key_table),
        ("scopes.bin", scope_table),
        ("passroles.bin", passrole_table),
        ("regions.bin", region_table),
        ("aliases.bin", alias_table),
        ("renamed.bin", renamed_table),
        ("misnamed.bin", misnamed_table),
        ("date.txt", date),
    ])
}

fn encode_action(
    row: &[String],
    names: u8,
    texts: &mut Texts,
    actions: &mut Vec<u8>,
    templates: &mut Vec<u8>,
) -> Result<(), String> {
    let source = row[4].as_str();
    let level = match row[2].as_str() {
        "" => 0u8,
        "read" => 1,
        "list" => 2,
        "write" => 3,
        "permissions" => 4,
        "tagging" => 5,
        other => return Err(format!("actions.tsv: unknown access level {other}")),
    };
    let level_basis = if source.contains("curated:permissions") {
        2u8
    } else if source.contains("level=doc") {
        1
    } else {
        u8::from(level != 0) * 3
    };
    let template_basis = if source.contains("arn=doc") {
        1u8
    } else {
        u8::from(source.contains("arn=inferred")) * 2
    };
    // The best of the sources counts; the order is that of the data's own description.
    let origin = if source.contains("help centre: ECS \"RAM authorization\"") {
        1u8
    } else if source.contains("help centre") {
        2
    } else if source.starts_with("UNVERIFIED") {
        5
    } else if (source.contains("API list") || source.starts_with("API name"))
        && !source.contains("AlibabaCloudDocs/")
    {
        4
    } else {
        3
    };
    push_u32(actions, texts.add(&row[1])?);
    actions.push(level | level_basis << 3 | template_basis << 5);
    actions.push(origin | names << 6);
    let list: Vec<&str> = row[3].split(';').filter(|text| !text.is_empty()).collect();
    let start = u16::try_from(templates.len() / 4).map_err(|_| "too many templates".to_owned())?;
    actions.extend_from_slice(&start.to_le_bytes());
    actions.push(u8::try_from(list.len()).map_err(|_| "too many templates".to_owned())?);
    for template in list {
        push_u32(templates, texts.add(template)?);
    }
    Ok(())
}

fn key_name(cell: &str) -> &str {
    cell.strip_suffix("/${TagKey}").unwrap_or(cell)
}

fn encode_key(
    row: &[String],
    texts: &mut Texts,
    keys: &mut Vec<u8>,
    scopes: &mut Vec<u8>,
) -> Result<(), String> {
    let name = key_name(&row[0]);
    let kind = match row[1].as_str() {
        "String" | "String (multi value)" => 1u8,
        "Numeric (assumed)" | "Numeric" => 2,
        "Date" => 3,
        "Boolean" => 4,
        "IP address" => 5,
        "" => 0,
        other => return Err(format!("condition_keys.tsv: unknown type {other}")),
    };
    let verified = !row[4].contains("UNVERIFIED");
    let multi = row[1].contains("multi");
    let start = u16::try_from(scopes.len() / 4).map_err(|_| "too many scopes".to_owned())?;
    let mut count = 0u8;
    // "all", "unknown" and prose name no action; what is left is `service` or `service:action`.
    for scope in row[2].split(',').map(str::trim) {
        let scope = scope.split(" (").next().unwrap_or(scope);
        if scope.is_empty() || scope.contains(' ') || matches!(scope, "all" | "unknown") {
            continue;
        }
        push_u32(scopes, texts.add(scope)?);
        count += 1;
    }
    if row[2].contains(" and other") || row[2].starts_with("services with") {
        scopes.truncate(usize::from(start) * 4);
        count = 0;
    }
    push_u32(keys, texts.add(name)?);
    keys.push(
        kind | u8::from(name.len() != row[0].len()) << 3
            | u8::from(verified) << 4
            | u8::from(multi) << 5,
    );
    keys.extend_from_slice(&start.to_le_bytes());
    keys.push(count);
    Ok(())
}

/// Every text once, in one piece; a reference is an offset and a length.
#[derive(Default)]
struct Texts {
    blob: String,
    known: BTreeMap<String, u32>,
}

impl Texts {
    fn add(&mut self, text: &str) -> Result<u32, String> {
        if let Some(&reference) = self.known.get(text) {
            return Ok(reference);
        }
        let length = u32::try_from(text.len()).ok().filter(|&n| n < 256);
        let start = u32::try_from(self.blob.len()).ok().filter(|&n| n < 1 << 24);
        let (Some(length), Some(start)) = (length, start) else {
            return Err(format!("a text does not fit its reference: {text}"));
        };
        let reference = start << 8 | length;
        self.blob.push_str(text);
        self.known.insert(text.to_owned(), reference);
        Ok(reference)
    }
}

fn push_u32(table: &mut Vec<u8>, value: u32) {
    table.extend_from_slice(&value.to_le_bytes());
}

fn sorted_rows(data: &Path, file: &str, columns: usize) -> Result<Vec<Vec<String>>, String> {
    let mut rows = rows(data, file, columns)?;
    rows.sort_by_key(|row| row[0].to_ascii_lowercase());
    Ok(rows)
}

fn rows(data: &Path, file: &str, columns: usize) -> Result<Vec<Vec<String>>, String> {
    let text = fs::read_to_string(data.join(file)).map_err(|error| format!("{file}: {error}"))?;
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
        if row.len() != columns {
            return Err(format!("{file}:{}: {} columns, not {columns}", number + 1, row.len()));
        }
        rows.push(row);
    }
    Ok(rows)
}
