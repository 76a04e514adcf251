//! A case in another order: what is a set in the language, written differently.

use serde_json::Value;

use crate::generate::ByteSource;

/// Writes a value with the members of every object, and the items of every list whose order has
/// no meaning, in another order.
///
/// Only the nodes of `control` are a sequence: the first that does not allow ends the walk, and
/// may say otherwise than the second would (rule E-3, decision D-32).
pub(super) fn reordered(source: &mut ByteSource<'_>, value: &Value) -> String {
    let mut text = String::new();
    write(source, value, true, &mut text);
    text
}

fn write(source: &mut ByteSource<'_>, value: &Value, free: bool, text: &mut String) {
    match value {
        Value::Object(members) => {
            let members: Vec<_> = members.iter().collect();
            text.push('{');
            for (number, at) in order(source, members.len(), true).into_iter().enumerate() {
                let Some((key, member)) = members.get(at) else { continue };
                text.push_str(if number > 0 { "," } else { "" });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(source, member, *key != "control", text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (number, at) in order(source, items.len(), free).into_iter().enumerate() {
                text.push_str(if number > 0 { "," } else { "" });
                if let Some(item) = items.get(at) {
                    write(source, item, true, text);
                }
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Returns the numbers below `count`, shuffled if `free`; rotated by one once the bytes have ended.
fn order(source: &mut ByteSource<'_>, count: usize, free: bool) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    if free {
        for left in (1..count).rev() {
            numbers.swap(left, source.below(left + 1));
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_members_move_and_control_nodes_stay() {
        let case = json!({"control": [["a"], ["b"], ["c"]], "account": ["x", "y", "z"]});
        let bytes = crate::generate::bytes_of_seed(3);
        let mut source = ByteSource::new(&bytes);
        let mut moved = false;
        for _ in 0..20 {
            let text = reordered(&mut source, &case);
            let back: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(back["control"], case["control"]);
            moved |= back["account"] != case["account"];
        }
        assert!(moved);
    }
}
