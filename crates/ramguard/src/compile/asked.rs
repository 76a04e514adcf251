//! A request as the sets of one decision look at it: what all of them need is found out once.

use super::batch::Batch;
use super::key::{Field, Seeds, Starts as KeyStarts};
use crate::Request;
use crate::request::{ArnBytes, Starts};

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Asked<'r> {
    request: &'r Request<'r>,
    batch: Option<&'r Batch>,
}

/// The fields of a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedArn<'r> {
    pub(super) bytes: ArnBytes<'r>,
    pub(super) is_ram: bool,
}

/// Keys of an action.
#[derive(Debug)]
pub(super) struct ActionKeys<'r> {
    pub(super) service: u64,
    pub(super) name: KeyStarts<'r>,
}

/// Keys of a resource.
#[derive(Debug)]
pub(super) struct ArnKeys<'r> {
    pub(super) service: u64,
    pub(super) region: u64,
    pub(super) account: u64,
    pub(super) relative_id: KeyStarts<'r>,
}

impl<'r> Asked<'r> {
    #[inline]
    pub(crate) fn new(request: &'r Request<'r>) -> Self {
        Self { request, batch: None }
    }

    /// Takes a request as one of many that differ in the relative id only.
    pub(crate) fn among(request: &'r Request<'r>, batch: &'r Batch) -> Self {
        Self { request, batch: Some(batch) }
    }

    /// Returns the fields of the resource; none of `*`.
    #[inline]
    pub(super) fn arn(&self) -> Option<AskedArn<'r>> {
        let is_ram = self.request.is_ram();
        self.request.arn_bytes().map(|bytes| AskedArn { bytes, is_ram })
    }

    #[inline]
    pub(super) fn batch(&self) -> Option<&'r Batch> {
        self.batch
    }

    #[inline]
    pub(crate) fn request(&self) -> &'r Request<'r> {
        self.request
    }

    /// Returns how name and resource start.
    #[inline]
    pub(super) fn starts(&self) -> &'r Starts {
        self.request.starts()
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
            name: KeyStarts::new(seeds, Field::ActionName, name),
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
            relative_id: KeyStarts::new(seeds, Field::RelativeId, self.bytes.relative_id()),
        }
    }
}
