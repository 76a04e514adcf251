//! A request as the sets of one decision look at it: what many of them need is found out once.
//!
//! Everything in here follows from the request; it only borrows, and the keys differ from process
//! to process without changing an answer.

use std::cell::OnceCell;

use ramguard_policy::name::resource::ArnFields;

use super::key::{Field, MAX_START, Seeds, Starts, folded_word};
use crate::Request;

/// A request and its keys.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    request: &'r Request<'r>,
    pub(super) seeds: &'static Seeds,
    /// The name of the action, behind the colon.
    pub(super) name: &'r [u8],
    /// The first eight bytes of the name, ASCII capitals made small.
    pub(super) name_word: u64,
    action: OnceCell<AskedAction>,
    arn: Option<ArnFields<'r>>,
    keys: OnceCell<AskedArn>,
}

/// Keys of the action.
#[derive(Debug)]
pub(super) struct AskedAction {
    pub(super) service: u64,
    pub(super) name: Starts,
    pub(super) whole: u64,
}

/// Keys of the resource.
#[derive(Debug)]
pub(super) struct AskedArn {
    pub(super) service: u64,
    pub(super) region: u64,
    pub(super) account: u64,
    pub(super) relative_id: Starts,
    pub(super) whole: u64,
    /// How long the first segment of the relative id is, its `/` included; 0 if it has none that
    /// a key reaches.
    pub(super) segment: usize,
}

impl<'r> Asked<'r> {
    #[inline]
    pub(crate) fn new(request: &'r Request<'r>) -> Self {
        let action = request.action().as_bytes();
        let colon = action.iter().position(|&byte| byte == b':').unwrap_or(0);
        let name = action.get(colon + 1..).unwrap_or_default();
        Self {
            request,
            seeds: Seeds::of_process(),
            name,
            name_word: folded_word(name, 0),
            action: OnceCell::new(),
            arn: request.arn(),
            keys: OnceCell::new(),
        }
    }

    pub(crate) fn request(&self) -> &'r Request<'r> {
        self.request
    }

    pub(super) fn arn(&self) -> Option<&ArnFields<'r>> {
        self.arn.as_ref()
    }

    /// Returns the keys of the action.
    #[inline]
    pub(super) fn action(&self) -> &AskedAction {
        self.action.get_or_init(|| {
            let action = self.request.action().as_bytes();
            let service = action.len().saturating_sub(self.name.len() + 1);
            let service = action.get(..service).unwrap_or_default();
            let name = Starts::new(self.seeds, Field::ActionName, self.name);
            AskedAction {
                service: self.seeds.whole(Field::ActionService, service),
                name,
                whole: name.whole(self.seeds, self.name),
            }
        })
    }

    /// Returns the keys of the resource unless it is `*`.
    #[inline]
    pub(super) fn arn_keys(&self) -> Option<&AskedArn> {
        let arn = self.arn.as_ref()?;
        Some(self.keys.get_or_init(|| AskedArn::new(self.seeds, arn)))
    }
}

impl AskedArn {
    pub(super) fn new(seeds: &Seeds, arn: &ArnFields<'_>) -> Self {
        let id = arn.relative_id.as_bytes();
        let relative_id = Starts::new(seeds, Field::RelativeId, id);
        Self {
            service: seeds.whole(Field::Service, arn.service.as_bytes()),
            region: seeds.whole(Field::Region, arn.region.as_bytes()),
            account: seeds.whole(Field::Account, arn.account.as_bytes()),
            relative_id,
            whole: relative_id.whole(seeds, id),
            segment: first_segment(id),
        }
    }
}

/// Returns the length of the first segment of a relative id, its `/` included; 0 if there is no
/// `/` that a key reaches.
#[inline]
pub(super) fn first_segment(id: &[u8]) -> usize {
    id.iter().take(MAX_START).position(|&byte| byte == b'/').map_or(0, |at| at + 1)
}
