//! `InstanceIds`: the text of a JSON array of 1 to 100 ids.

use std::collections::BTreeSet;

use ramguard::role::{InstanceOperation, OperationError};

use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind};
use crate::name::is_arn_part;
use crate::operation::parameters::invalid;
use crate::{Settings, World};

/// A call names at most this many instances.
pub(super) const MAX_INSTANCES: usize = 100;
/// No list of [`MAX_INSTANCES`] ids is longer, in bytes.
const MAX_BYTES: usize = 32 << 10;

/// Reads the parameter. A bare id is one only where the settings say so (decision A22).
pub(super) fn read(text: &str, settings: &Settings) -> Result<Vec<String>, ApiError> {
    let malformed = || ApiError::from(ErrorKind::InstanceIdsMalformed);
    if text.len() > MAX_BYTES {
        return Err(malformed());
    }
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(ids) => Ok(ids),
        Err(_)
            if settings.bare_instance_id && is_arn_part(text) && !text.starts_with(['[', '"']) =>
        {
            Ok(vec![text.to_owned()])
        }
        Err(error) => Err(malformed().with_detail(format!("not a JSON array of ids: {error}"))),
    }
}

/// Checks the ids and returns each once, in the order given (decision A22).
pub(super) fn distinct(ids: &[String]) -> Result<Vec<&str>, ApiError> {
    let malformed = |detail: &str| {
        ApiError::from(ErrorKind::InstanceIdsMalformed).with_detail(detail.to_owned())
    };
    if ids.is_empty() || ids.len() > MAX_INSTANCES {
        return Err(malformed("write 1 to 100 ids"));
    }
    if !ids.iter().all(|id| is_arn_part(id)) {
        return Err(malformed("an id is empty or holds a colon, slash or blank"));
    }
    let mut seen = BTreeSet::new();
    Ok(ids.iter().map(String::as_str).filter(|id| seen.insert(*id)).collect())
}

/// Checks that there is such a region.
pub(super) fn region(world: &World, region: &str) -> Result<(), ApiError> {
    if world.has_region(region) { Ok(()) } else { Err(ErrorKind::RegionNotFound.into()) }
}

/// Checks the name of a role.
pub(super) fn role_name(name: &str) -> Result<(), ApiError> {
    if crate::name::ROLE.accepts(name) {
        Ok(())
    } else {
        Err(invalid("RamRoleName", "a role name has 1 to 64 letters, digits, `.`, `-` or `_`"))
    }
}

/// Fails unless every check of a call is allowed, whose parameters are in order.
pub(super) fn require(call: &Call<'_>, operation: &InstanceOperation) -> Result<(), ApiError> {
    let authority = call.authority()?;
    let checks = authority.checks(operation).map_err(|error| match error {
        OperationError::InstanceIds => ErrorKind::InstanceIdsMalformed.into(),
        OperationError::Missing { parameter } => ErrorKind::MissingParameter { parameter }.into(),
        OperationError::Parameter { parameter, .. } => {
            ApiError::from(ErrorKind::InvalidParameter { parameter: parameter.into() })
                .with_detail(error.to_string())
        }
        other => ApiError::from(ErrorKind::ForbiddenRam).with_detail(other.to_string()),
    })?;
    authority.require_checks(&checks)
}
