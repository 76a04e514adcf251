//! Many ARNs against one resource, field by field.

use ramguard_match::Case;
use ramguard_policy::name::resource::ArnFields;

use super::owned::{Bits, MOST, Owned};
use crate::compile::Polarity;

/// Many ARNs against one resource, field by field.
#[derive(Clone, Debug)]
pub(in crate::compile) struct ArnSet {
    service: Field,
    region: Field,
    account: Field,
    id: Owned,
    /// The relative ids as RAM itself compares them, if some ARN can be of RAM.
    ram_id: Option<Owned>,
    count: usize,
}

/// One field of many ARNs; none if all of them have `*`.
type Field = Option<Owned>;

impl ArnSet {
    /// Takes ARNs in the order of their numbers, of which only those below [`MOST`] are told apart.
    pub(in crate::compile) fn new<'t>(arns: impl Iterator<Item = ArnFields<'t>> + Clone) -> Self {
        let of = |field: fn(ArnFields<'t>) -> &'t str| {
            let owned = Owned::new(arns.clone().map(field).zip(0..), Case::AsciiInsensitive);
            (!owned.is_open()).then_some(owned)
        };
        let (service, region, account) =
            (of(|arn| arn.service), of(|arn| arn.region), of(|arn| arn.account));
        let ids = arns.clone().map(|arn| arn.relative_id).zip(0..);
        let is_ram = service.as_ref().is_none_or(|set| set.is_match("ram"));
        let ram_id = is_ram.then(|| Owned::new(ids.clone(), Case::AsciiInsensitive));
        Self {
            service,
            region,
            account,
            id: Owned::new(ids, Case::Sensitive),
            ram_id,
            count: arns.count(),
        }
    }

    /// Returns whether any of the ARNs covers a resource, as far as that is judged by `polarity`;
    /// none if that is better asked of each, as they are too many.
    pub(in crate::compile) fn covers(
        &self,
        arn: &ArnFields<'_>,
        is_ram: bool,
        polarity: Polarity,
    ) -> Option<bool> {
        if self.count <= MOST {
            return Some(self.mark(arn, is_ram, polarity).iter().any(|&word| word != 0));
        }
        let fields = [(&self.service, arn.service), (&self.account, arn.account)];
        let may_cover = fields.into_iter().all(|(set, text)| may_fit(set.as_ref(), text))
            && self.ids(is_ram).is_some_and(|set| set.is_match(arn.relative_id));
        (!may_cover).then_some(false)
    }

    /// Marks the ARNs that cover a resource, by their numbers, as far as that is judged by
    /// `polarity`.
    pub(super) fn mark(&self, arn: &ArnFields<'_>, is_ram: bool, polarity: Polarity) -> Bits {
        let Some(ids) = self.ids(is_ram) else { return Bits::default() };
        // A resource of RAM itself has no region: an Allow has to match that, a Deny need not look
        // (rule R-7).
        let region = match (is_ram, polarity) {
            (false, _) => Some(arn.region),
            (true, Polarity::Allow) => Some(""),
            (true, Polarity::Deny) => None,
        };
        let fields = [
            (self.service.as_ref(), Some(arn.service)),
            (self.account.as_ref(), Some(arn.account)),
            (self.region.as_ref(), region),
            (Some(ids), Some(arn.relative_id)),
        ];
        let mut marks: Bits = [!0; MOST / 64];
        for (set, text) in fields {
            let (Some(set), Some(text)) = (set, text) else { continue };
            let mut fit = Bits::default();
            set.mark(text, &mut fit);
            marks.iter_mut().zip(fit).for_each(|(word, fit)| *word &= fit);
            if marks.iter().all(|&word| word == 0) {
                break;
            }
        }
        marks
    }

    fn ids(&self, is_ram: bool) -> Option<&Owned> {
        if is_ram { self.ram_id.as_ref() } else { Some(&self.id) }
    }

    pub(in crate::compile) fn heap_bytes(&self) -> usize {
        let fields = [&self.service, &self.region, &self.account, &self.ram_id];
        let all = fields.into_iter().flatten().chain([&self.id]);
        all.map(Owned::heap_bytes).sum()
    }
}

fn may_fit(field: Option<&Owned>, text: &str) -> bool {
    field.is_none_or(|set| set.is_match(text))
}
