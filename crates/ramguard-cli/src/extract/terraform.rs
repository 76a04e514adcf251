//! Policies in Terraform's own language.
//!
//! A document is a heredoc, a string, `jsonencode(…)` of an object, or a block
//! `alicloud_ram_policy_document`; `local.NAME` is followed within the file, for a document and for
//! values inside one. What Terraform fills
//! in later stays as the text it is written as and is marked as open. A document that is nothing
//! but such an expression is noted and left out, unless it refers to a document block, which is
//! read where it stands.

use std::cell::Cell;
use std::collections::HashMap;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey, TraversalOperator};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body};
use hcl_edit::template::{Element, StringTemplate, Template};
use ramguard_policy::Kind;
use ramguard_policy::text::Span;

use super::node::{BYTES_OF_NODE, MAX_DEPTH, MAX_NODES, Node, Run, Text, Written};
use super::{Collector, ExtractError, resource};

/// A local value may stand for another one, this many times over.
const MAX_HOPS: usize = 8;

/// Collects the policies of a file.
pub(super) fn collect(found: &mut Collector<'_>) -> Result<(), ExtractError> {
    if !found.file.contains("alicloud_") {
        return Ok(());
    }
    found.check_template_size()?;
    let start: u32 = if found.file.starts_with('\u{feff}') { 3 } else { 0 };
    let text = found.file.get(start as usize..).unwrap_or_default();
    let body = parse_body(text).map_err(|error| {
        let at = start.saturating_add(offset(error.location().offset()));
        ExtractError::new(Some(Span::new(at, at)), format!("not Terraform: {}", error.message()))
    })?;
    let mut locals = HashMap::new();
    for block in body.blocks().filter(|block| block.ident.as_str() == "locals") {
        for attribute in block.body.attributes() {
            locals.insert(attribute.key.as_str(), &attribute.value);
        }
    }
    let (left, depth) = (Cell::new(MAX_NODES), Cell::new(0));
    let reader = Reader { file: found.file, start, locals, left, depth };
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("resource", [resource_type, name]) => {
                reader.resource(found, block, resource_type, name)?;
            }
            ("data", ["alicloud_ram_policy_document", name]) => {
                let address = format!("data.alicloud_ram_policy_document.{name}");
                if blocks_of(&block.body, "statement").next().is_some() {
                    let written = reader.document_block(block).write(found.file);
                    found.add(address, None, written)?;
                } else {
                    let message = format!("`{address}` has no statement of its own");
                    found.note(reader.span(block.ident.span()), message);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

struct Reader<'f, 'b> {
    file: &'f str,
    /// Where in the file the text starts that was parsed.
    start: u32,
    locals: HashMap<&'b str, &'b Expression>,
    /// How many values may still be read: local values repeat, one inside the other.
    left: Cell<usize>,
    /// How deep the value is nested that is being read.
    depth: Cell<usize>,
}

impl Reader<'_, '_> {
    fn resource(
        &self,
        found: &mut Collector<'_>,
        block: &Block,
        resource_type: &str,
        name: &str,
    ) -> Result<(), ExtractError> {
        let address = format!("{resource_type}.{name}");
        for attribute in resource::attributes(resource_type) {
            let Some(value) = attribute_of(&block.body, attribute.name) else { continue };
            match self.document(value) {
                Found::Document(written) => {
                    found.add(address.clone(), Some(attribute.kind), written)?;
                }
                Found::Elsewhere => {}
                Found::Unknown => {
                    let message = format!("the document of `{address}` is an expression");
                    found.note(self.span(value.span()), message);
                }
            }
        }
        if resource_type == "alicloud_ram_policy"
            && block.body.blocks().any(|inner| inner.ident.as_str() == "statement")
        {
            let written = self.document_block(block).write(self.file);
            found.add(address, Some(Kind::Identity), written)?;
        }
        Ok(())
    }

    /// Takes an expression for the text of a document.
    fn document(&self, expression: &Expression) -> Found {
        let mut expression = expression;
        for _ in 0..MAX_HOPS {
            expression = trimmed(bare(expression));
            match expression {
                Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => {
                    return match call.args.iter().next().map(|argument| self.node(argument)) {
                        Some(Node::Hole(..)) | None => Found::Unknown,
                        Some(node) => Found::Document(node.write(self.file)),
                    };
                }
                Expression::Traversal(_) => match self.local_of(expression) {
                    Some(value) => expression = value,
                    None if refers_to_document_block(expression) => return Found::Elsewhere,
                    None => return Found::Unknown,
                },
                _ => break,
            }
        }
        match self.node(expression) {
            Node::Text(text) if !text.is_open => {
                let is_only_hole = matches!(text.runs.as_slice(), [Run::Hole(..)]);
                if is_only_hole {
                    return Found::Unknown;
                }
                let written = text.into_document(self.file);
                Found::Document(match expression {
                    Expression::HeredocTemplate(_) => {
                        Written { map: written.map.taking_json(), ..written }
                    }
                    _ => written,
                })
            }
            _ => Found::Unknown,
        }
    }

    /// Follows `local.NAME` to its value, where the file has it.
    fn local<'e>(&'e self, expression: &'e Expression) -> &'e Expression {
        let mut expression = bare(expression);
        for _ in 0..MAX_HOPS {
            match self.local_of(expression) {
                Some(value) => expression = bare(value),
                None => break,
            }
        }
        expression
    }

    fn local_of(&self, expression: &Expression) -> Option<&Expression> {
        let Expression::Traversal(traversal) = expression else { return None };
        let Expression::Variable(root) = &traversal.expr else { return None };
        let mut operators = traversal.operators.iter();
        match (root.as_str(), operators.next()?.value(), operators.next()) {
            ("local", TraversalOperator::GetAttr(name), None) => {
                self.locals.get(name.as_str()).copied()
            }
            _ => None,
        }
    }

    /// Takes an expression for a value; what is not known becomes a hole.
    fn node(&self, expression: &Expression) -> Node {
        let expression = self.local(expression);
        let host = self.span(expression.span());
        let bytes = match expression {
            Expression::Array(_) | Expression::Object(_) => 0,
            _ => host.len() as usize,
        };
        let left = self.left.get().saturating_sub(1 + bytes / BYTES_OF_NODE);
        let depth = self.depth.get() + 1;
        if left == 0 || depth >= MAX_DEPTH {
            self.left.set(left);
            return Node::Hole("${…}".into(), host);
        }
        self.left.set(left);
        self.depth.set(depth);
        let node = self.node_of(expression);
        self.depth.set(depth - 1);
        node
    }

    fn node_of(&self, expression: &Expression) -> Node {
        let host = self.span(expression.span());
        match expression {
            Expression::Null(_) => Node::Literal("null".into(), host),
            Expression::Bool(value) => Node::Literal(value.value().to_string(), host),
            Expression::Number(number) => Node::Literal(number.value().to_string(), host),
            Expression::String(_) => {
                Node::Text(Text { runs: self.quoted_runs(inside(host)), host, is_open: false })
            }
            Expression::StringTemplate(template) => self.template(template, host),
            Expression::HeredocTemplate(heredoc) => {
                let runs = self.heredoc_runs(&heredoc.template, heredoc.indent());
                Node::Text(Text { runs: runs.0, host, is_open: runs.1 })
            }
            Expression::Array(items) => {
                Node::List(items.iter().map(|item| self.node(item)).collect(), host)
            }
            Expression::Object(object) => self.object(object, host),
            _ => self.hole(host),
        }
    }

    fn object(&self, object: &Object, host: Span) -> Node {
        let member = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let key = match key {
                ObjectKey::Ident(name) => {
                    let host = self.span(name.span());
                    Node::Text(Text { runs: vec![Run::Copy(host)], host, is_open: false })
                }
                ObjectKey::Expression(expression) => self.node(expression),
            };
            (key, self.node(value.expr()))
        };
        Node::Map(object.iter().map(member).collect(), host)
    }

    fn hole(&self, host: Span) -> Node {
        let words = self.file.get(host.range()).unwrap_or_default();
        Node::Hole(format!("${{{words}}}"), host)
    }

    fn template(&self, template: &StringTemplate, host: Span) -> Node {
        let mut runs = Vec::new();
        let mut is_open = false;
        for element in template {
            let host = self.span(element.span());
            match element {
                Element::Literal(_) => runs.extend(self.quoted_runs(host)),
                Element::Interpolation(_) => runs.push(self.run_of_hole(host)),
                Element::Directive(_) => {
                    is_open = true;
                    runs.push(self.run_of_hole(host));
                }
            }
        }
        Node::Text(Text { runs, host, is_open })
    }

    fn run_of_hole(&self, host: Span) -> Run {
        Run::Hole(self.file.get(host.range()).unwrap_or_default().to_owned(), host)
    }

    /// Returns the runs of a heredoc, and whether parts of it come and go with a condition.
    fn heredoc_runs(&self, template: &Template, indent: Option<usize>) -> (Vec<Run>, bool) {
        let mut runs = Vec::new();
        let mut is_open = false;
        for element in template {
            let host = self.span(element.span());
            match element {
                Element::Literal(_) => self.heredoc_literal(host, indent, &mut runs),
                Element::Interpolation(_) => runs.push(self.run_of_hole(host)),
                Element::Directive(_) => is_open = true,
            }
        }
        (runs, is_open)
    }

    /// Adds literal text of a heredoc, without the indent of each line.
    fn heredoc_literal(&self, host: Span, indent: Option<usize>, runs: &mut Vec<Run>) {
        let words = self.file.get(host.range()).unwrap_or_default();
        let mut at = host.start;
        for line in words.split_inclusive('\n') {
            let end = at.saturating_add(offset(line.len()));
            let is_line_start =
                at == 0 || self.file.get(at as usize - 1..at as usize) == Some("\n");
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let cut = if is_line_start { indent.unwrap_or(0).min(blanks) } else { 0 };
            self.literal_runs(Span::new(at.saturating_add(offset(cut)), end), false, runs);
            at = end;
        }
    }

    fn quoted_runs(&self, host: Span) -> Vec<Run> {
        let mut runs = Vec::new();
        self.literal_runs(host, true, &mut runs);
        runs
    }

    /// Adds literal text: `$${` and `%%{` stand for `${` and `%{`, and in quotes a backslash and
    /// what follows for one character.
    fn literal_runs(&self, host: Span, is_quoted: bool, runs: &mut Vec<Run>) {
        let words = self.file.get(host.range()).unwrap_or_default();
        let part = |from: usize, to: usize| {
            Span::new(
                host.start.saturating_add(offset(from)),
                host.start.saturating_add(offset(to)),
            )
        };
        let (mut done, mut at) = (0, 0);
        while let Some(rest) = words.get(at..) {
            let Some(next) = rest.find(['\\', '$', '%']) else { break };
            let special = rest.get(next..).unwrap_or_default();
            let found = if special.starts_with("$${") {
                Some((3, "${".to_owned()))
            } else if special.starts_with("%%{") {
                Some((3, "%{".to_owned()))
            } else if is_quoted {
                escape(special)
            } else {
                None
            };
            at += next;
            match found {
                Some((bytes, meant)) => {
                    runs.push(Run::Copy(part(done, at)));
                    runs.push(Run::Put(meant, part(at, at + bytes)));
                    at += bytes;
                    done = at;
                }
                None => at += 1,
            }
        }
        runs.push(Run::Copy(part(done, words.len())));
    }

    /// Takes the blocks of `alicloud_ram_policy_document`, or of a policy written as blocks, for
    /// the policy that the provider makes of them.
    fn document_block(&self, block: &Block) -> Node {
        let host = self.span(block.ident.span());
        let version = match attribute_of(&block.body, "version") {
            Some(version) => self.node(version),
            None => Node::Text(Text::put("1", host)),
        };
        let statements: Vec<Node> =
            blocks_of(&block.body, "statement").map(|inner| self.statement(inner)).collect();
        Node::Map(
            vec![
                (key("Version", host), version),
                (key("Statement", host), Node::List(statements, host)),
            ],
            host,
        )
    }

    fn statement(&self, block: &Block) -> Node {
        let host = self.span(block.ident.span());
        let body = content_of(block);
        let mut members = Vec::new();
        let effect = match attribute_of(body, "effect") {
            Some(effect) => self.node(effect),
            None => Node::Text(Text::put("Allow", host)),
        };
        members.push((key("Effect", host), effect));
        for (name, element) in [("action", "Action"), ("resource", "Resource")] {
            if let Some(attribute) = body.get_attribute(name) {
                let host = self.span(attribute.key.span());
                members.push((key(element, host), one_or_list(self.node(&attribute.value))));
            }
        }
        let mut principals = Vec::new();
        for inner in blocks_of(body, "principal") {
            let host = self.span(inner.ident.span());
            let inner = content_of(inner);
            principals
                .push((self.value(inner, "entity", host), self.value(inner, "identifiers", host)));
        }
        if let Some(first) = blocks_of(body, "principal").next() {
            let host = self.span(first.ident.span());
            members.push((key("Principal", host), Node::Map(principals, host)));
        }
        let mut operators: Vec<(Node, Node)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for inner in blocks_of(body, "condition") {
            let host = self.span(inner.ident.span());
            let inner = content_of(inner);
            let operator = self.value(inner, "operator", host);
            let values = one_or_list(self.value(inner, "values", host));
            let test = (self.value(inner, "variable", host), values);
            // The provider puts tests with one operator together.
            let name = operator.as_words(self.file).unwrap_or_default();
            let place = *places.entry(name).or_insert(operators.len());
            match operators.get_mut(place) {
                Some((_, Node::Map(tests, _))) => tests.push(test),
                _ => operators.push((operator, Node::Map(vec![test], host))),
            }
        }
        if let Some(first) = blocks_of(body, "condition").next() {
            let host = self.span(first.ident.span());
            members.push((key("Condition", host), Node::Map(operators, host)));
        }
        Node::Map(members, host)
    }

    fn value(&self, body: &Body, name: &str, host: Span) -> Node {
        match attribute_of(body, name) {
            Some(value) => self.node(value),
            None => Node::Hole(format!("${{{name}}}"), host),
        }
    }

    fn span(&self, range: Option<std::ops::Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        let place = |at: usize| self.start.saturating_add(offset(at));
        Span::new(place(range.start), place(range.end))
    }
}

enum Found {
    Document(Written),
    /// It is read where it stands.
    Elsewhere,
    /// It is not known before Terraform runs.
    Unknown,
}

/// Offsets within a file of at most 2 MiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Returns the place between the quotes of a string.
const fn inside(host: Span) -> Span {
    Span::new(host.start.saturating_add(1), host.end.saturating_sub(1))
}

/// Returns the only value of a list instead of the list, as the provider writes it.
fn one_or_list(node: Node) -> Node {
    match node {
        Node::List(mut items, _) if items.len() == 1 => items.remove(0),
        node => node,
    }
}

fn key(name: &str, host: Span) -> Node {
    Node::Text(Text::put(name, host))
}

fn attribute_of<'b>(body: &'b Body, name: &str) -> Option<&'b Expression> {
    body.get_attribute(name).map(|attribute| &attribute.value)
}

/// Returns the blocks of a name, those that Terraform repeats included, in order.
fn blocks_of<'b>(body: &'b Body, name: &str) -> impl Iterator<Item = &'b Block> {
    body.blocks().filter(move |block| {
        let is_dynamic = || {
            block.ident.as_str() == "dynamic"
                && block.labels.first().is_some_and(|label| label.as_str() == name)
        };
        block.ident.as_str() == name || is_dynamic()
    })
}

/// Returns what is in a block; of one that Terraform repeats, what it repeats.
fn content_of(block: &Block) -> &Body {
    if block.ident.as_str() == "dynamic"
        && let Some(content) = block.body.blocks().find(|inner| inner.ident.as_str() == "content")
    {
        return &content.body;
    }
    &block.body
}

/// Returns an expression without parentheses, and without `"${…}"` around all of it.
fn bare(expression: &Expression) -> &Expression {
    let mut expression = expression;
    // The parser bounds how deep they are nested.
    loop {
        match expression {
            Expression::Parenthesis(inner) => expression = inner.inner(),
            Expression::StringTemplate(template) => {
                let mut elements = template.iter();
                match (elements.next(), elements.next()) {
                    (Some(Element::Interpolation(only)), None) => expression = &only.expr,
                    _ => return expression,
                }
            }
            _ => return expression,
        }
    }
}

/// Returns what a function takes that only cuts off blanks.
fn trimmed(expression: &Expression) -> &Expression {
    match expression {
        Expression::FuncCall(call) if ["trimspace", "chomp"].contains(&call.name.name.as_str()) => {
            call.args.iter().next().unwrap_or(expression)
        }
        expression => expression,
    }
}

fn refers_to_document_block(expression: &Expression) -> bool {
    let Expression::Traversal(traversal) = expression else { return false };
    let Expression::Variable(root) = &traversal.expr else { return false };
    let is_document = |operator: &TraversalOperator| {
        matches!(operator, TraversalOperator::GetAttr(name)
            if name.as_str() == "alicloud_ram_policy_document")
    };
    root.as_str() == "data"
        && traversal.operators.first().is_some_and(|operator| is_document(operator.value()))
}

/// Reads the escape at the start of `text`: how long it is, and what it stands for.
fn escape(text: &str) -> Option<(usize, String)> {
    let letter = text.strip_prefix('\\')?.chars().next()?;
    let hex = |digits: usize| {
        let number = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((2 + digits, char::from_u32(number)?.to_string()))
    };
    match letter {
        'n' => Some((2, "\n".into())),
        'r' => Some((2, "\r".into())),
        't' => Some((2, "\t".into())),
        'u' => hex(4),
        'U' => hex(8),
        '"' | '\\' => Some((2, letter.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Extraction, documents};
    use super::*;

    fn found(file: &str) -> Extraction {
        documents("main.tf", file).unwrap()
    }

    fn policy(value: &str) -> String {
        format!("resource \"alicloud_ram_policy\" \"p\" {{\n  policy_document = {value}\n}}\n")
    }

    fn only(value: &str) -> String {
        let found = found(&policy(value));
        assert!(found.notes.is_empty(), "{:?}", found.notes);
        found.documents.into_iter().next().unwrap().text
    }

    #[test]
    fn a_heredoc_loses_its_indent_only_where_it_asks_for_it() {
        assert_eq!(only("<<EOF\n  {\n  }\nEOF"), "  {\n  }\n");
        assert_eq!(only("<<-EOF\n    {\n      1\n    }\n    EOF"), "{\n  1\n}\n");
    }

    #[test]
    fn escapes_of_a_string_are_resolved() {
        assert_eq!(only(r#""{\"a\": \"\u00e9$${b}\"}""#), r#"{"a": "é${b}"}"#);
    }

    #[test]
    fn jsonencode_gives_the_json_it_stands_for_with_holes_for_what_is_not_known() {
        let value =
            "jsonencode({\n Version = \"1\"\n (var.k) : [true, 1, null, var.x, \"a${b}\"]\n})";
        let found = found(&policy(value));
        let document = &found.documents[0];
        assert_eq!(document.text, r#"{"Version":"1","${var.k}":[true,1,null,"${var.x}","a${b}"]}"#);
        assert_eq!(document.open.len(), 3);
    }

    #[test]
    fn the_provider_s_document_block_becomes_a_policy() {
        let file = "data \"alicloud_ram_policy_document\" \"d\" {\n  statement {\n    \
            action = [\"oss:Get*\"]\n    resource = [\"*\"]\n    condition {\n      \
            operator = \"IpAddress\"\n      variable = \"acs:SourceIp\"\n      \
            values = [\"10.0.0.0/8\"]\n    }\n    condition {\n      operator = \"IpAddress\"\n      \
            variable = \"acs:VpcId\"\n      values = [var.v]\n    }\n  }\n}\n";
        assert_eq!(
            found(file).documents[0].text,
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.0/8","acs:VpcId":"${var.v}"}}}]}"#
        );
    }

    #[test]
    fn a_local_value_is_followed_within_the_file() {
        let file = format!("locals {{\n  doc = \"{{}}\"\n}}\n{}", policy("local.doc"));
        assert_eq!(found(&file).documents[0].text, "{}");
        let file = format!("locals {{\n  a = local.b\n  b = local.a\n}}\n{}", policy("local.a"));
        assert_eq!(found(&file).notes.len(), 1);
    }

    #[test]
    fn local_values_inside_a_document_are_followed_and_end() {
        let file = format!(
            "locals {{\n  a = [\"oss:Get*\", local.b]\n  b = \"oss:Put*\"\n  c = [local.c, local.c]\n}}\n{}",
            policy("jsonencode({ Action = local.a, Resource = local.c })")
        );
        let text = &found(&file).documents[0].text;
        assert!(text.starts_with(r#"{"Action":["oss:Get*","oss:Put*"],"Resource":[[["#), "{text}");
        assert!(text.len() < 32 << 20, "{}", text.len());
    }

    #[test]
    fn a_document_block_without_statements_is_noted() {
        let file = "data \"alicloud_ram_policy_document\" \"d\" {\n}\n";
        assert!(found(file).notes[0].message.contains("no statement"));
    }

    #[test]
    fn a_document_that_is_an_expression_is_noted_unless_it_is_read_elsewhere() {
        for value in ["var.doc", "file(\"p.json\")", "\"${var.doc}\"", "jsonencode(var.doc)"] {
            let found = found(&policy(value));
            assert!(found.documents.is_empty(), "{value}");
            assert!(found.notes[0].message.contains("`alicloud_ram_policy.p`"), "{value}");
        }
        let elsewhere = found(&policy("data.alicloud_ram_policy_document.d.document"));
        assert!(elsewhere.documents.is_empty() && elsewhere.notes.is_empty());
    }

    #[test]
    fn a_file_that_is_not_terraform_is_refused_at_its_place() {
        let error = documents("main.tf", "resource \"alicloud_x\" {\n  a b\n}\n").unwrap_err();
        assert_eq!(error.span, Some(Span::new(29, 29)));
    }
}
