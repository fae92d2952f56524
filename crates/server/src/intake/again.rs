//! Whether a call under an id that is taken is the one that was recorded, sent again.
//!
//! Compared is what a call says for itself. Left out is what may differ although the call is the
//! same: when it happened, who sent it, and whatever the catalogue of then made of an opening, a
//! reclassification or a contact.

use super::Asked;
use beffroi_domain::{Change, Contact, Event, Kind, Open, Opened, Origin, PersonalData, Text};

/// Whether `recorded` is what a command made when it was sent before.
pub(super) fn is_same(asked: &Asked, recorded: &Event) -> bool {
    let live = recorded.meta.origin == Origin::Live;
    live && is_same_change(asked, recorded) && is_same_said(&asked.personal, recorded)
}

fn is_same_change(asked: &Asked, recorded: &Event) -> bool {
    match (&asked.change, &recorded.kind) {
        (Change::FollowUp(asked), Kind::FollowUpAdded(recorded)) => asked == recorded,
        (Change::Assign(asked), Kind::Assigned(recorded)) => asked == recorded,
        (Change::PutOnHold(asked), Kind::PutOnHold(recorded)) => asked == recorded,
        (Change::Transfer(asked), Kind::Transferred(recorded)) => asked == recorded,
        (Change::EnterProgramme(asked), Kind::ProgrammeEntered(recorded)) => asked == recorded,
        (Change::Attach(asked), Kind::AttachmentAdded(recorded)) => asked == recorded,
        (Change::Open(open), Kind::Opened(opened)) => {
            let in_words = asked.catalogue_version == 0 && recorded.meta.catalogue_version == 0;
            asked.channel == recorded.meta.channel && (!in_words || is_same_product(open, opened))
        }
        (change, kind) => change.event_name() == kind.name(),
    }
}

fn is_same_product(open: &Open, opened: &Opened) -> bool {
    open.product == opened.product && open.precision == opened.precision
}

/// Whether the words that a call sends are those that were recorded. Those it does not send are not
/// compared.
fn is_same_said(asked: &PersonalData, recorded: &Event) -> bool {
    let recorded = &recorded.personal.0;
    is_same_text(asked.text.as_ref(), recorded.text.as_ref())
        && is_same_text(asked.file_name.as_ref(), recorded.file_name.as_ref())
        && is_same_text(asked.reference.as_ref(), recorded.reference.as_ref())
        && is_same_text(asked.address.as_ref(), recorded.address.as_ref())
}

/// Whether a text that a call sends, if it does, is the one that was recorded.
pub(super) fn is_same_text(asked: Option<&Text>, recorded: Option<&Text>) -> bool {
    asked.is_none_or(|asked| Some(asked) == recorded)
}

/// Whether `recorded` is what the recording of a contact made when it was sent before.
pub(super) fn is_same_contact(asked: &Event, recorded: &Event) -> bool {
    let (Kind::ContactRecorded(one), Kind::ContactRecorded(other)) = (&asked.kind, &recorded.kind)
    else {
        return false;
    };
    let said = |it: &Contact| {
        let took = (it.waited_secs, it.handled_secs);
        (it.outcome, it.request, it.emergency, it.nature, it.language, took)
    };
    asked.meta.channel == recorded.meta.channel && said(one) == said(other)
}
