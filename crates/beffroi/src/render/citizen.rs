//! A citizen's synthesis, for people.

use beffroi_wire::pb::query::v1 as pb;

use super::{label, named, pairs, requests};
use crate::time::minutes;
use crate::words::{self, Lang};

/// A card of the synthesis, then the requests.
pub(crate) fn citizen(answer: &pb::GetCitizenResponse, lang: Lang) -> String {
    let citizen = answer.citizen.clone().unwrap_or_default();
    let counts = citizen.status_counts.iter();
    let counts: Vec<_> = counts
        .map(|it| named(label::<pb::Status>(it.status, lang), &it.count.to_string(), lang))
        .collect();
    let card = pairs(
        [
            (words::CITIZEN, citizen.id),
            (words::CONTACTS, citizen.contacts.to_string()),
            (words::REQUESTS, counts.join("\n")),
            (words::LAST_ACTIVITY, minutes(citizen.last_activity_at.as_ref(), false)),
        ],
        lang,
    );
    if answer.service_requests.is_empty() {
        return card.to_string();
    }
    format!("{card}\n\n{}", requests(&answer.service_requests, lang))
}
