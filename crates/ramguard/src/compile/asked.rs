//! A request as the sets of one decision look at it: what all of them need is found out once.

use super::batch::Batch;
use super::key::{Field, Seeds, Starts};
use super::small::service_number;
use crate::Request;
use crate::request::ArnBytes;

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    request: &'r Request<'r>,
    batch: Option<&'r Batch>,
    /// The first eight bytes of the name, ASCII capitals made small.
    pub(super) name_word: u64,
    /// The number of the resource's service; see [`service_number`].
    pub(super) service: u32,
    pub(super) arn: Option<AskedArn<'r>>,
}

/// The fields of a resource.
#[derive(Debug)]
pub(super) struct AskedArn<'r> {
    pub(super) bytes: ArnBytes<'r>,
    /// The first eight bytes of the relative id, ASCII capitals made small.
    pub(super) word: u64,
    /// The first bytes of service and relative id in one word; see
    /// [`Signature`](super::entry::Signature).
    pub(super) signature: u64,
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
        let starts = request.starts();
        let arn = request.arn_bytes().map(|bytes| AskedArn {
            bytes,
            word: starts.id,
            signature: starts.resource,
            is_ram: request.is_ram(),
        });
        let service = service_number(starts.resource);
        Self { request, batch: None, name_word: starts.name, service, arn }
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
        let name_at = self.request.name_at();
        let service = action.get(..name_at - 1).unwrap_or_default();
        let name = action.get(name_at..).unwrap_or_default();
        ActionKeys {
            service: seeds.whole(Field::ActionService, service),
            name: Starts::new(seeds, Field::ActionName, name),
        }
    }
}

impl<'r> AskedArn<'r> {
    /// Returns the keys of the resource.
    #[inline]
    pub(super) fn keys(&self, seeds: &Seeds) -> ArnKeys<'r> {
        ArnKeys {
            service: seeds.whole(Field::Service, self.bytes.service()),
            region: seeds.whole(Field::Region, self.bytes.region()),
            account: seeds.whole(Field::Account, self.bytes.account()),
            relative_id: Starts::new(seeds, Field::RelativeId, self.bytes.relative_id.as_bytes()),
        }
    }
}
