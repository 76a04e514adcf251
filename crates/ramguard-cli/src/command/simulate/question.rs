//! What a simulation is asked, from flags or from a request file.

use annotate_snippets::Level as Severity;
use ramguard::case::{CaseRequest, ContextForm, PrincipalForm};
use ramguard::policy::text::{LineIndex, Span};
use ramguard::role::OperationDecision;
use ramguard::{Context, Mode, Principal, Request, RequestError};

use crate::args::{ModeName, SimulateArgs};
use crate::command::Failure;
use crate::inputs::{Inputs, Source};
use crate::render::escape::escape;
use crate::render::snippet::{Mark, Shown, Words, draw};
use crate::render::terminal::Terminal;

/// A request or operation in its JSON form, and how the layers are combined.
pub(super) struct Question {
    /// The form, flags put in.
    pub(super) form: CaseRequest,
    /// The mode of the flag, else of the form.
    pub(super) mode: Mode,
    /// The condition keys, the same for every check of an operation.
    pub(super) context: Context<'static>,
    /// The caller, unless left out.
    pub(super) principal: Option<Principal<'static>>,
}

impl Question {
    /// Reads what is asked; `None` if the request file is not one, which standard error has been
    /// told.
    pub(super) fn read(
        args: &SimulateArgs,
        inputs: &mut Inputs,
        terminal: &mut Terminal,
    ) -> Result<Option<Self>, Failure> {
        let Some(mut form) = form(args, inputs, terminal)? else { return Ok(None) };
        put_in_flags(args, &mut form)?;
        if let Some(who) = &args.principal {
            if form.principal.is_some() {
                return Err(twice("principal"));
            }
            form.principal = Some(principal(who)?);
        }
        let mode = mode(args, &form)?;
        // What is not understood is denied by the engine; here somebody is waiting for an answer
        // and is told instead.
        let context = form.to_context().map_err(|error| refused(&error))?;
        let principal = form.principal.as_ref().map(PrincipalForm::to_principal).transpose();
        let principal = principal.map_err(|error| refused(&error))?;
        Ok(Some(Self { form, mode, context, principal }))
    }

    /// Returns the request, where one action on one resource is asked about.
    pub(super) fn request(&self) -> Result<Request<'static>, Failure> {
        self.form.to_request(self.mode).map_err(|error| refused(&error))
    }

    /// Returns the request of a check of an operation, by its number from 0.
    pub(super) fn request_of_check<'q>(
        &'q self,
        decision: &'q OperationDecision,
        index: usize,
    ) -> Option<Request<'q>> {
        if let Some(checks) = &self.form.checks {
            let check = checks.get(index)?;
            let principal = check.principal.as_ref().or(self.form.principal.as_ref()).cloned();
            return CaseRequest { principal, ..check.clone() }.to_request(self.mode).ok();
        }
        let (check, _) = decision.checks().nth(index)?;
        check.request(self.principal.as_ref(), &self.context).ok()
    }
}

/// Reads the request file, if there is one; `None` if it is no request, which standard error has
/// been told.
pub(super) fn form(
    args: &SimulateArgs,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Option<CaseRequest>, Failure> {
    let Some(file) = &args.request else { return Ok(Some(CaseRequest::default())) };
    let source = inputs.document(file)?;
    match serde_json::from_slice(&source.bytes) {
        Ok(form) => Ok(Some(form)),
        Err(error) => {
            refuse_request(&source, &error, terminal);
            Ok(None)
        }
    }
}

/// Returns the mode of the flag, else of the request file.
pub(super) fn mode(args: &SimulateArgs, form: &CaseRequest) -> Result<Mode, Failure> {
    match (args.mode, form.mode.as_deref()) {
        (None, None) => Ok(Mode::Standard),
        (None, Some(name)) => mode_named(name),
        (Some(ModeName::Standard), None) => Ok(Mode::Standard),
        (Some(ModeName::AssumeRole), None) => Ok(Mode::AssumeRole),
        (Some(ModeName::RoleSso), None) => Ok(Mode::RoleSso),
        (Some(_), Some(_)) => Err(twice("mode")),
    }
}

/// Says that a request is not a valid one.
pub(super) fn refused(error: &impl ToString) -> Failure {
    Failure::new(format!("the request: {}", escape(&error.to_string())))
}

pub(super) fn twice(what: &str) -> Failure {
    Failure::new(format!("the {what} is given by a flag and by the request file"))
}

fn mode_named(name: &str) -> Result<Mode, Failure> {
    [Mode::Standard, Mode::AssumeRole, Mode::RoleSso]
        .into_iter()
        .find(|mode| mode.name() == name)
        .ok_or_else(|| {
            Failure::new(format!(
                "the request: `{}` is not a mode; write `standard`, `assume_role` or `role_sso`",
                escape(name)
            ))
        })
}

/// Takes what the flags say beside who asks, and adds their condition keys to those of the request
/// file.
pub(super) fn put_in_flags(args: &SimulateArgs, form: &mut CaseRequest) -> Result<(), Failure> {
    // The command line takes either these three or a request file.
    form.action = args.action.clone().or(form.action.take());
    form.resource = args.resource.clone().or(form.resource.take());
    form.owner = args.owner.clone().or(form.owner.take());
    if !args.context.is_empty() {
        let given = context(&args.context)?;
        form.context.get_or_insert_default().0.extend(given.0);
    }
    Ok(())
}

/// Reads `--context KEY=VALUE`; the same key again adds a value.
pub(in crate::command) fn context(arguments: &[String]) -> Result<ContextForm, Failure> {
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for argument in arguments {
        let Some((key, value)) = argument.split_once('=') else {
            return Err(Failure::new(format!(
                "`{}` is not a condition key: write KEY=VALUE",
                escape(argument)
            )));
        };
        // One past the bound is enough to be refused.
        if keys.len() > Context::MAX_KEYS {
            return Err(refused(&RequestError::TooManyKeys { limit: Context::MAX_KEYS }));
        }
        match keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value.to_owned()),
            None => keys.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    Ok(ContextForm(keys))
}

/// Reads `--principal`.
pub(super) fn principal(who: &str) -> Result<PrincipalForm, Failure> {
    let form = |kind: &str| PrincipalForm { r#type: kind.into(), ..PrincipalForm::default() };
    if who.trim_start().starts_with('{') {
        return serde_json::from_str(who).map_err(|error| {
            Failure::new(format!("`--principal`: {}", escape(&error.to_string())))
        });
    }
    if who == "anonymous" {
        return Ok(form("anonymous"));
    }
    if let Some(account) = who.strip_prefix("root:") {
        return Ok(PrincipalForm { account: Some(account.into()), ..form("root") });
    }
    if let Some(service) = who.strip_prefix("service:") {
        return Ok(PrincipalForm { service: Some(service.into()), ..form("service") });
    }
    if let Some(provider) = who.strip_prefix("federated:") {
        return Ok(PrincipalForm { provider: Some(provider.into()), ..form("federated") });
    }
    let id = who.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(':'));
    match id {
        Some((account, "root")) => {
            Ok(PrincipalForm { account: Some(account.into()), ..form("root") })
        }
        Some((_, name)) if name.starts_with("user/") => {
            Ok(PrincipalForm { arn: Some(who.into()), ..form("user") })
        }
        Some((_, name)) if name.starts_with("role/") => {
            Ok(PrincipalForm { arn: Some(who.into()), ..form("role") })
        }
        _ => Err(Failure::new(format!(
            "`{}` names no caller; write acs:ram::<account>:user/<name>, \
             acs:ram::<account>:role/<name>, root:<account>, service:<name>, federated:<arn>, \
             anonymous, or a JSON object with `type`",
            escape(who)
        ))),
    }
}

/// Tells standard error what is wrong with a request file, with the line it stands on.
fn refuse_request(source: &Source, error: &serde_json::Error, terminal: &mut Terminal) {
    let text = source.text();
    let lines = LineIndex::new(&text);
    let message = error.to_string();
    // The place is drawn, so it need not be said.
    let message = message.split(" at line ").next().unwrap_or_default();
    let start = line_start(&text, error.line()) + error.column().saturating_sub(1);
    let start = u32::try_from(start.min(text.len())).unwrap_or(u32::MAX);
    let words = Words {
        severity: Severity::ERROR,
        code: None,
        message: &format!("not a request: {message}"),
        footers: Vec::new(),
    };
    let mark = Mark { span: Span::new(start, start.saturating_add(1)), label: String::new() };
    let shown = Shown { name: &source.name, lines: &lines };
    terminal.log_text(&draw(terminal.err_is_coloured(), &words, &shown, &mark, &[]));
}

/// Returns the offset of a line as serde_json counts them: from 1, ended by line feeds.
fn line_start(text: &str, line: usize) -> usize {
    match line.checked_sub(2) {
        None => 0,
        Some(nth) => text.match_indices('\n').nth(nth).map_or(text.len(), |(at, _)| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal_of(who: &str) -> Option<String> {
        let form = principal(who).ok()?;
        let principal = form.to_principal().ok()?;
        Some(format!("{} {}", principal.kind().name(), principal.id()))
    }

    #[test]
    fn a_caller_is_named_by_a_short_form_or_an_object() {
        for (who, expected) in [
            ("acs:ram::1:user/alice", "user acs:ram::1:user/alice"),
            ("acs:ram::1:role/app", "role acs:ram::1:role/app"),
            ("acs:ram::1:root", "root 1"),
            ("root:1", "root 1"),
            ("service:ecs.aliyuncs.com", "service ecs.aliyuncs.com"),
            ("federated:acs:ram::1:saml-provider/x", "federated acs:ram::1:saml-provider/x"),
            ("anonymous", "anonymous "),
            (r#"{"type": "root", "account": "1"}"#, "root 1"),
        ] {
            assert_eq!(principal_of(who).as_deref(), Some(expected), "{who}");
        }
    }

    #[test]
    fn what_names_no_caller_is_refused() {
        for who in ["", "alice", "acs:ram::1:group/x", "root:", "{}", "acs:ram::x:user/alice"] {
            assert_eq!(principal_of(who), None, "{who}");
        }
    }

    #[test]
    fn the_same_key_again_adds_a_value() {
        let keys = context(&["a:b=1".into(), "c:d=x=y".into(), "a:b=2".into()]).unwrap();
        let expected = [
            ("a:b".to_owned(), vec!["1".to_owned(), "2".to_owned()]),
            ("c:d".to_owned(), vec!["x=y".to_owned()]),
        ];
        assert_eq!(keys.0, expected);
    }

    #[test]
    fn a_context_without_a_value_is_refused() {
        assert!(context(&["acs:SourceIp".into()]).is_err());
    }

    #[test]
    fn a_line_starts_after_the_line_feed_before_it() {
        assert_eq!(line_start("ab\ncd\n", 1), 0);
        assert_eq!(line_start("ab\ncd\n", 2), 3);
        assert_eq!(line_start("ab", 9), 2);
    }
}
