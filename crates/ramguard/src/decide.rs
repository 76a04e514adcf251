//! The evaluation chain (section 5.2 of the language): layers in, one decision out.
//!
//! Nothing in here can fail, allocates or looks anything up: what could go wrong was refused while
//! loading.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::sync::Arc;

use ramguard_policy::{Kind, Policy, Statement};

use crate::compile::{Asked, Batch, NearUnits, Poison, PolicySet, SharedUnits, Verdict};
use crate::decision::{Decision, Layer, Outcome, Reason, StatementRef};
use crate::{Mode, PrincipalKind, Request, Semantics};

/// The policies in force for one caller and resource, layer by layer.
///
/// Every layer is given by the host; nothing is looked up. Sets are shared, so the policies of a
/// thousand callers are compiled once.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The control policies of the account that owns the resource, one set a node, from the member
    /// upward; `None` where control policies do not apply (rule E-3).
    pub control: Option<Vec<Arc<PolicySet>>>,
    /// The session policy of a role session (rule E-4); ignored for other callers (D-41).
    pub session: Option<Arc<PolicySet>>,
    /// The caller's policies at account level: direct ones and those of the caller's groups.
    pub account: Arc<PolicySet>,
    /// The policies granted to the caller on the resource group of the resource; `None` where the
    /// resource is in no group (rule E-5).
    pub resource_group: Option<Arc<PolicySet>>,
    /// The trust policy of the role or the bucket policy (rule E-6).
    pub resource: Option<Arc<PolicySet>>,
}

/// Decides requests against the policies of one caller.
///
/// Deciding cannot fail, does not allocate and takes no lock; an authorizer can be shared between
/// threads.
///
/// ```
/// use ramguard::{Authorizer, Policy, Request};
///
/// let policy = Policy::parse(
///     r#"{ "Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:Get*", "Resource": "acs:oss:*:*:mybucket/dir1/*" }] }"#,
/// )?;
/// let authorizer = Authorizer::new([policy]);
/// let request = Request::parse("oss:GetObject", "acs:oss:*:1:mybucket/dir1/object1.jpg")?;
/// assert!(authorizer.decide(&request).is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authorizer {
    layers: Layers,
    semantics: Semantics,
    poison: Option<(Layer, Poison)>,
    /// Whether there are policies at account level and nothing else, as most callers have.
    is_plain: bool,
    /// The policies at account level, if each is kept by itself: here as well, so that a decision
    /// need not look for the set first.
    account: Option<SharedUnits>,
}

/// What one side of the chain says.
#[derive(Clone, Copy)]
struct Side {
    outcome: Outcome,
    reason: Reason,
    statement: Option<StatementRef>,
}

impl Side {
    #[inline]
    fn of(layer: Layer, verdict: Verdict) -> Self {
        let by = |outcome, at| Self {
            outcome,
            reason: Reason::Statement,
            statement: Some(StatementRef::new(layer, at)),
        };
        match verdict {
            Verdict::ExplicitDeny(at) => by(Outcome::ExplicitDeny, at),
            Verdict::Allow(at) => by(Outcome::Allow, at),
            Verdict::ImplicitDeny => Self::silent(Reason::NothingAllows(layer)),
        }
    }

    fn silent(reason: Reason) -> Self {
        Self { outcome: Outcome::ImplicitDeny, reason, statement: None }
    }

    fn owner() -> Self {
        Self { outcome: Outcome::Allow, reason: Reason::Ownership, statement: None }
    }

    /// An Allow counts for nothing on what the caller's account does not own (rule E-12).
    #[inline]
    fn for_own_resources(self, owns: bool) -> Self {
        match self.outcome {
            Outcome::Allow if !owns => Self::silent(Reason::ForeignResource),
            _ => self,
        }
    }

    #[inline]
    fn decision(self) -> Decision {
        match self.statement {
            Some(statement) => Decision::by(self.outcome, statement),
            None => Decision::new(self.outcome, self.reason),
        }
    }
}

impl Authorizer {
    /// Takes identity policies at account level, the common case.
    ///
    /// A trust or bucket policy among them poisons the set: nothing is allowed then, since what
    /// cannot be evaluated could deny (decision D-42). [`Authorizer::poison`] tells.
    #[must_use]
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Self {
        let account = Arc::new(PolicySet::new(policies));
        Self::with_layers(Layers { account, ..Layers::default() }, Semantics::default())
    }

    /// Takes all layers.
    ///
    /// A policy in a layer where its kind does not belong poisons the whole, as in
    /// [`Authorizer::new`].
    #[must_use]
    pub fn with_layers(layers: Layers, semantics: Semantics) -> Self {
        const ATTACHED: &[Kind] = &[Kind::Identity];
        let mut poison = None;
        let mut check = |layer, set: &PolicySet, kinds: &[Kind]| {
            if poison.is_none() {
                poison = set.poison(kinds).map(|found| (layer, found));
            }
        };
        for (node, set) in layers.control.iter().flatten().enumerate() {
            // A directory is at most a handful of folders deep.
            let node = u32::try_from(node).unwrap_or(u32::MAX);
            check(Layer::Control { node }, set, &[Kind::Control, Kind::Identity]);
        }
        if let Some(set) = &layers.session {
            check(Layer::Session, set, &[Kind::Session, Kind::Identity]);
        }
        check(Layer::Account, &layers.account, ATTACHED);
        if let Some(set) = &layers.resource_group {
            check(Layer::ResourceGroup, set, ATTACHED);
        }
        if let Some(set) = &layers.resource {
            check(Layer::Resource, set, &[Kind::Trust, Kind::Bucket]);
        }
        let is_plain = matches!(
            (&layers, poison),
            (
                Layers { control: None, session: None, resource_group: None, resource: None, .. },
                None
            )
        );
        let account = layers.account.shared().cloned();
        Self { layers, semantics, poison, is_plain, account }
    }

    /// Returns the first policy that stands where its kind does not belong.
    #[must_use]
    pub fn poison(&self) -> Option<(Layer, Poison)> {
        self.poison
    }

    /// Returns the layers.
    #[must_use]
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Returns the options.
    #[must_use]
    pub fn semantics(&self) -> &Semantics {
        &self.semantics
    }

    /// Returns the set of a layer, if there is one.
    #[must_use]
    pub fn set(&self, layer: Layer) -> Option<&PolicySet> {
        match layer {
            Layer::Control { node } => {
                self.layers.control.as_ref()?.get(node as usize).map(Arc::as_ref)
            }
            Layer::Session => self.layers.session.as_deref(),
            Layer::Account => Some(&self.layers.account),
            Layer::ResourceGroup => self.layers.resource_group.as_deref(),
            Layer::Resource => self.layers.resource.as_deref(),
        }
    }

    /// Returns a statement that settled a decision of this authorizer, with its policy.
    #[must_use]
    pub fn statement(&self, at: StatementRef) -> Option<(&Policy, Statement<'_>)> {
        let policy = self.set(at.layer)?.policies().get(at.policy)?;
        Some((policy, policy.statement(at.statement)?))
    }

    /// Returns the policies at account level if there is nothing else and they are few: what they
    /// say is what [`decide_near`] needs.
    pub(crate) fn near(&self) -> Option<&NearUnits> {
        self.account.as_ref().filter(|_| self.is_plain)?.all_near()
    }

    /// Decides a request (rules E-1 to E-12).
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.decide_asked(&Asked::new(request))
    }

    /// Decides many requests, each as [`Authorizer::decide`] would, in order.
    ///
    /// Of neighbours that differ only in the relative id of their resource, what they share is
    /// tested once, which makes the second and every later one cheaper: an operation on a hundred
    /// instances, a listing that is filtered.
    #[must_use]
    pub fn decide_many(&self, requests: &[Request<'_>]) -> Vec<Decision> {
        let mut decisions = Vec::with_capacity(requests.len());
        let mut open = requests;
        while let [first, others @ ..] = open {
            open = others;
            match others {
                [next, ..] if first.is_like(next) => {}
                _ => {
                    decisions.push(self.decide(first));
                    continue;
                }
            }
            let mut run = self.run(first);
            decisions.push(*run.decide(first));
            while let [next, others @ ..] = open
                && first.is_like(next)
            {
                decisions.push(*run.decide(next));
                open = others;
            }
        }
        decisions
    }

    /// Begins a run of requests that differ from this one in the relative id only.
    pub(crate) fn run(&self, first: &Request<'_>) -> Alike<'_> {
        let (kind, owns) = caller_of(first);
        let is_alone = self.is_plain && is_ordinary(first, kind);
        let last = (Verdict::ImplicitDeny, decide_alone(Verdict::ImplicitDeny, owns));
        Alike { authorizer: self, batch: Batch::default(), kind, owns, is_alone, last }
    }

    #[inline]
    pub(crate) fn decide_asked(&self, asked: &Asked<'_>) -> Decision {
        let (kind, owns) = caller_of(asked.request());
        self.decide_for(asked, kind, owns)
    }

    /// Decides for a caller of this kind, whose account owns the resource or does not.
    #[inline]
    fn decide_for(&self, asked: &Asked<'_>, kind: PrincipalKind, owns: bool) -> Decision {
        if self.is_plain && is_ordinary(asked.request(), kind) {
            return decide_alone(self.account_says(asked), owns);
        }
        self.decide_by_layers(asked, kind, owns)
    }

    #[inline(never)]
    fn decide_by_layers(&self, asked: &Asked<'_>, kind: PrincipalKind, owns: bool) -> Decision {
        let request = asked.request();
        if let Some((layer, _)) = self.poison {
            return Decision::new(Outcome::ImplicitDeny, Reason::Poisoned(layer));
        }
        let is_owner_root = kind == PrincipalKind::Root && owns && self.semantics.root_bypass;
        let assumes = request.mode() != Mode::Standard;
        if is_owner_root && assumes {
            return Decision::new(Outcome::ImplicitDeny, Reason::RootCannotAssumeRole);
        }
        if !is_owner_root && let Some(boundary) = self.control(asked) {
            return boundary;
        }
        // The trust policy alone decides for whoever has no policies of its own (rule E-9). A user
        // or role that comes by way of role SSO is no such caller and needs both sides.
        if assumes && matches!(kind, PrincipalKind::Service | PrincipalKind::Federated) {
            return self.resource_side(asked).decision();
        }
        if kind == PrincipalKind::Role
            && let Some(session) = &self.layers.session
        {
            let side = Side::of(Layer::Session, session.decide(asked));
            if side.outcome != Outcome::Allow {
                return side.decision();
            }
        }
        let a = if is_owner_root { Side::owner() } else { self.identity_side(asked, kind, owns) };
        let b = self.resource_side(asked);
        if assumes { merge_assume_role(a, b) } else { merge_ordinary(a, b) }
    }

    /// The first node of the directory that does not allow the request ends it (rule E-3).
    fn control(&self, asked: &Asked<'_>) -> Option<Decision> {
        let nodes = self.layers.control.as_ref()?;
        if asked.request().principal().is_some_and(crate::Principal::is_service_linked) {
            return None;
        }
        nodes.iter().zip(0..).find_map(|(set, node)| {
            let side = Side::of(Layer::Control { node }, set.decide(asked));
            (side.outcome != Outcome::Allow).then(|| side.decision())
        })
    }

    /// The caller's own policies (rules E-5 and E-12).
    #[inline]
    fn identity_side(&self, asked: &Asked<'_>, kind: PrincipalKind, owns: bool) -> Side {
        let request = asked.request();
        match kind {
            PrincipalKind::User | PrincipalKind::Role => {}
            // Without the bypass root is judged like any other caller of its account.
            PrincipalKind::Root if request.mode() != Mode::Standard => {
                return Side::silent(Reason::RootCannotAssumeRole);
            }
            PrincipalKind::Root if owns => {}
            PrincipalKind::Root
            | PrincipalKind::Service
            | PrincipalKind::Federated
            | PrincipalKind::Anonymous => {
                return Side::silent(Reason::NothingAllows(Layer::Account));
            }
        }
        let mut side = Side::of(Layer::Account, self.account_says(asked));
        if side.outcome == Outcome::ImplicitDeny
            && let Some(group) = &self.layers.resource_group
        {
            side = Side::of(Layer::ResourceGroup, group.decide(asked));
        }
        if request.mode() == Mode::Standard { side.for_own_resources(owns) } else { side }
    }

    #[inline(always)]
    fn account_says(&self, asked: &Asked<'_>) -> Verdict {
        match &self.account {
            Some(units) => units.decide(asked),
            None => self.layers.account.decide(asked),
        }
    }

    fn resource_side(&self, asked: &Asked<'_>) -> Side {
        match &self.layers.resource {
            Some(set) => Side::of(Layer::Resource, set.decide(asked)),
            None => Side::silent(Reason::NothingAllows(Layer::Resource)),
        }
    }
}

/// A run of requests that differ in the relative id only; must not see any other.
pub(crate) struct Alike<'z> {
    authorizer: &'z Authorizer,
    batch: Batch,
    kind: PrincipalKind,
    owns: bool,
    /// The policies at account level have all the say.
    is_alone: bool,
    /// What they said last, and what that came to; most often they say the same again.
    last: (Verdict, Decision),
}

impl Alike<'_> {
    /// Decides one of them as [`Authorizer::decide`] would.
    ///
    /// What is handed out is a place in memory: a decision that was just put together in parts
    /// could not be copied as a whole before all of them are in the cache.
    #[inline]
    pub(crate) fn decide(&mut self, request: &Request<'_>) -> &Decision {
        let asked = Asked::among(request, &self.batch);
        if self.is_alone {
            let verdict = self.authorizer.account_says(&asked);
            if verdict != self.last.0 {
                self.last = (verdict, decide_alone(verdict, self.owns));
            }
        } else {
            self.last.1 = self.authorizer.decide_by_layers(&asked, self.kind, self.owns);
        }
        &self.last.1
    }
}

/// Decides as an authorizer with these policies and nothing else ([`Authorizer::near`]) would; none
/// if it takes more than them.
#[inline]
pub(crate) fn decide_near(units: &NearUnits, asked: &Asked<'_>) -> Option<Decision> {
    let (kind, owns) = caller_of(asked.request());
    is_ordinary(asked.request(), kind).then(|| decide_alone(units.decide(asked), owns))
}

/// Returns whether the policies of the caller count for the request, and nothing else but other
/// layers does.
#[inline]
fn is_ordinary(request: &Request<'_>, kind: PrincipalKind) -> bool {
    request.mode() == Mode::Standard && matches!(kind, PrincipalKind::User | PrincipalKind::Role)
}

/// Decides by what the caller's policies say, where no other layer has a say.
#[inline]
fn decide_alone(account: Verdict, owns: bool) -> Decision {
    Side::of(Layer::Account, account).for_own_resources(owns).decision()
}

/// Returns the kind of the caller, and whether the caller's account owns the resource.
#[inline]
fn caller_of(request: &Request<'_>) -> (PrincipalKind, bool) {
    let kind = request.principal().map_or(PrincipalKind::User, crate::Principal::kind);
    (kind, request.caller_owns_resource())
}

/// Rule E-7: an explicit Deny of either side, else an Allow of either side.
fn merge_ordinary(a: Side, b: Side) -> Decision {
    for outcome in [Outcome::ExplicitDeny, Outcome::Allow] {
        for side in [a, b] {
            if side.outcome == outcome {
                return side.decision();
            }
        }
    }
    a.decision()
}

/// Rule E-8: an explicit Deny of either side, else an Allow only if both sides allow.
fn merge_assume_role(a: Side, b: Side) -> Decision {
    for outcome in [Outcome::ExplicitDeny, Outcome::ImplicitDeny] {
        for side in [a, b] {
            if side.outcome == outcome {
                return side.decision();
            }
        }
    }
    match (a.statement, b.statement) {
        (Some(first), Some(second)) => Decision::by_both(Outcome::Allow, first, second),
        _ => b.decision(),
    }
}
