//! A request as the sets of one decision look at it: what all of them need is found out once.

use super::batch::Batch;
use super::key::{Field, Seeds, Starts, folded_word};
use crate::Request;

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    request: &'r Request<'r>,
    batch: Option<&'r Batch>,
    /// The name of the action, behind the colon.
    pub(super) name: &'r [u8],
    /// The first eight bytes of the name, ASCII capitals made small.
    pub(super) name_word: u64,
    pub(super) arn: Option<AskedArn<'r>>,
}

/// The fields of a resource.
#[derive(Debug)]
pub(super) struct AskedArn<'r> {
    pub(super) service: &'r [u8],
    pub(super) region: &'r [u8],
    pub(super) account: &'r [u8],
    pub(super) relative_id: &'r str,
    /// The first eight bytes of the relative id, ASCII capitals made small.
    pub(super) word: u64,
    pub(super) is_ram: bool,
}

/// Keys of an action.
#[derive(Debug)]
pub(super) struct ActionKeys<'r> {
    pub(super) service: u64,
    pub(super) name: Starts<'r>,
}

/// Keys of a resource.
#[derive(Debug)]
pub(super) struct ArnKeys<'r> {
    pub(super) service: u64,
    pub(super) region: u64,
    pub(super) account: u64,
    pub(super) relative_id: Starts<'r>,
}

impl<'r> Asked<'r> {
    #[inline]
    pub(crate) fn new(request: &'r Request<'r>) -> Self {
        let action = request.action().as_bytes();
        let colon = action.iter().position(|&byte| byte == b':').unwrap_or(0);
        let name = action.get(colon + 1..).unwrap_or_default();
        let arn = request.arn_bytes().map(|([service, region, account], relative_id)| AskedArn {
            service,
            region,
            account,
            relative_id,
            word: folded_word(relative_id.as_bytes(), 0),
            is_ram: request.is_ram(),
        });
        Self { request, batch: None, name, name_word: folded_word(name, 0), arn }
    }

    /// Takes a request as one of many that differ in the relative id only.
    pub(crate) fn among(request: &'r Request<'r>, batch: &'r Batch) -> Self {
        Self { batch: Some(batch), ..Self::new(request) }
    }

    #[inline]
    pub(super) fn batch(&self) -> Option<&'r Batch> {
        self.batch
    }

    #[inline]
    pub(crate) fn request(&self) -> &'r Request<'r> {
        self.request
    }

    /// Returns the keys of the action.
    #[inline]
    pub(super) fn action_keys(&self, seeds: &Seeds) -> ActionKeys<'r> {
        let action = self.request.action().as_bytes();
        let service = action.len().saturating_sub(self.name.len() + 1);
        let service = action.get(..service).unwrap_or_default();
        ActionKeys {
            service: seeds.whole(Field::ActionService, service),
            name: Starts::new(seeds, Field::ActionName, self.name),
        }
    }
}

impl<'r> AskedArn<'r> {
    /// Returns the keys of the resource.
    #[inline]
    pub(super) fn keys(&self, seeds: &Seeds) -> ArnKeys<'r> {
        ArnKeys {
            service: seeds.whole(Field::Service, self.service),
            region: seeds.whole(Field::Region, self.region),
            account: seeds.whole(Field::Account, self.account),
            relative_id: Starts::new(seeds, Field::RelativeId, self.relative_id.as_bytes()),
        }
    }

    /// Returns the first bytes of service and relative id in one word; see
    /// [`Signature`](super::entry::Signature).
    #[inline]
    pub(super) fn signature(&self) -> u64 {
        self.word << 32 | folded_word(self.service, 0) & 0xFFFF_FFFF
    }
}
