//! The resource of a request, and whether a policy's resource pattern covers it.

use super::document::arn_fault;
use super::wildcard::matches;
use super::witness;

/// The resource a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `*`: the operation is not checked on any resource of its own. Rule R-8.
    All,
    /// One name in its five fields, the first of them always `acs`.
    Named {
        /// The service.
        service: String,
        /// The region, blank for RAM. Rule R-7.
        region: String,
        /// The account, or what stands in its place.
        account: String,
        /// The rest, further colons included.
        relative: String,
    },
}

impl Resource {
    /// Reads the resource of a request.
    ///
    /// # Errors
    ///
    /// One sentence when the text is neither `*` nor a name of five fields. Rules.
    pub fn read(text: &str) -> Result<Resource, String> {
        if text == "*" {
            return Ok(Resource::All);
        }
        let fields: Vec<&str> = text.splitn(5, ':').collect();
        match (arn_fault(text), fields.as_slice()) {
            (None, [_, service, region, account, relative]) => {
                let region = if service.eq_ignore_ascii_case("ram") { "" } else { region };
                let [service, region, account, relative] =
                    [service, region, account, relative].map(|field| (*field).to_owned());
                Ok(Resource::Named { service, region, account, relative })
            }
            _ => Err(format!("`{text}` is not the name of a resource")),
        }
    }

    /// Returns the account that owns the resource, or nothing where the name leaves it open and
    /// the caller's own is meant. Decision D-33.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Resource::Named { account, .. } if !matches!(account.as_str(), "" | "*" | "system") => {
                Some(account)
            }
            _ => None,
        }
    }

    /// Returns whether `pattern` covers this resource; `lenient` is set for a Deny, where the
    /// region of a RAM resource does not count.
    ///
    /// Rules.
    #[must_use]
    pub fn is_covered_by(&self, pattern: &str, lenient: bool) -> bool {
        let covered = self.is_covered(pattern, lenient);
        witness::resource_entry(pattern, self, lenient, covered);
        covered
    }

    fn is_covered(&self, pattern: &str, lenient: bool) -> bool {
        if pattern == "*" {
            return true;
        }
        let Resource::Named { service, region, account, relative } = self else { return false };
        let fields: Vec<&str> = pattern.splitn(5, ':').collect();
        let ["acs", service_pattern, region_pattern, account_pattern, relative_pattern] =
            fields.as_slice()
        else {
            return false;
        };
        let is_ram = service.eq_ignore_ascii_case("ram");
        matches(service_pattern, service, true)
            && ((is_ram && lenient) || matches(region_pattern, region, true))
            && matches(account_pattern, account, true)
            && matches(relative_pattern, relative, is_ram)
    }
}

#[cfg(test)]
mod tests {
    use super::Resource;

    fn covers(pattern: &str, resource: &str, lenient: bool) -> bool {
        let resource = Resource::read(resource).unwrap_or_else(|error| panic!("{error}"));
        resource.is_covered_by(pattern, lenient)
    }

    #[test]
    fn a_star_stays_inside_its_field_except_in_the_last() {
        assert!(!covers("acs:oss:*:1:b", "acs:oss:r:2:x:1:b", false));
        assert!(covers("acs:oss:r:2:*b", "acs:oss:r:2:x:1:b", false));
    }

    #[test]
    fn the_region_of_a_ram_resource_counts_for_an_allow_only() {
        assert!(!covers("acs:ram:cn-x:1:role/a", "acs:ram:cn-x:1:role/a", false));
        assert!(covers("acs:ram:cn-x:1:role/a", "acs:ram:cn-y:1:role/a", true));
        assert!(covers("acs:ram:**:1:role/a", "acs:ram:cn-y:1:role/a", false));
    }

    #[test]
    fn names_of_ram_fold_and_other_relative_ids_do_not() {
        assert!(covers("acs:RAM::1:ROLE/a", "acs:ram::1:role/A", false));
        assert!(!covers("acs:oss:*:1:B", "acs:oss:r:1:b", false));
    }

    #[test]
    fn only_the_bare_star_covers_a_request_without_a_resource() {
        assert!(covers("*", "*", false));
        assert!(!covers("acs:*:*:*:*", "*", true));
    }
}
