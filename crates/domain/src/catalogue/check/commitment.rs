//! Commitments: what they name must exist, and what they promise must be possible to keep.

use super::super::build::shown;
use super::super::defect::{Findings, Flaw, Part, Reference};
use super::super::{CommitmentDraft, Draft, limits};
use crate::{Delay, Warn};

pub(super) fn check(draft: &Draft, found: &mut Findings) {
    for (at, it) in draft.commitments.iter().take(limits::COMMITMENTS_MAX).enumerate() {
        let part = Part::Commitment(at);
        applies_to(draft, part, it, found);
        if it.rule.is_some_and(|rule| !rule.can_be_promised()) {
            found.add(part, "rule", Flaw::DelayOutOfRange);
        }
        if it.warnings.len() > Delay::WARNINGS_MAX {
            let (count, max) = (it.warnings.len(), Delay::WARNINGS_MAX);
            found.add(part, "warn_at_percent", Flaw::TooMany { found: count, max });
        }
        for warn in &it.warnings {
            let (field, fits) = match warn {
                Warn::Percent(percent) => ("warn_at_percent", (1..100).contains(percent)),
                Warn::WorkingSecs(secs) => ("warn_hours_before", *secs < 0),
                Warn::BusinessDays(days) => ("warn_business_days_before", *days < 0),
            };
            if !fits {
                found.add(part, field, Flaw::WarningOutOfRange);
            }
        }
    }
}

fn applies_to(draft: &Draft, part: Part, it: &CommitmentDraft, found: &mut Findings) {
    let (product, precision) = (it.product.trim(), it.precision.trim());
    if product.is_empty() {
        if !precision.is_empty() {
            found.add(part, "precision", Flaw::PrecisionAlone);
        }
        return;
    }
    let products = &mut draft.products.iter().take(limits::PRODUCTS_MAX);
    let Some(known) = products.find(|known| known.code.trim() == product) else {
        let flaw = Flaw::Unknown { what: Reference::Product, code: shown(product) };
        found.add(part, "product", flaw);
        return;
    };
    let precisions = &mut known.precisions.iter().take(limits::PRECISIONS_MAX);
    if !precision.is_empty() && !precisions.any(|known| known.code.trim() == precision) {
        let flaw = Flaw::Unknown { what: Reference::Precision, code: shown(precision) };
        found.add(part, "precision", flaw);
    }
}
