//! Changing the state of a request.

use super::{Asked, Standing, event_id, execute, find};
use crate::error::{ApiError, Problem, Violation};
use crate::parse::{Fields, Name, only_text};
use crate::shared::Shared;
use beffroi_domain::{Change, Channel, Text};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use pb::change_service_request_request::Change as Wire;

pub(super) async fn change(
    node: &Shared,
    message: pb::ChangeServiceRequestRequest,
) -> Result<Standing, ApiError> {
    let named = message.service_request.clone();
    let (name, asked) = parse(node, message)?;
    let request = find(node, &named, name)?.request.id;
    execute(node, request, asked).await
}

fn parse(
    node: &Shared,
    message: pb::ChangeServiceRequestRequest,
) -> Result<(Name, Asked), Vec<Violation>> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "change_id", &message.change_id);
    let name = fields.name("service_request", &message.service_request);
    let change = match message.change {
        None => {
            fields.wrong("change", Problem::Missing);
            None
        }
        Some(Wire::Assign(it)) => {
            fields.label("assign.unit", &it.unit).map(|unit| Change::Assign(Some(unit)))
        }
        Some(Wire::PutOnHold(it)) => {
            let reason = vocabulary::hold_reason::from_pb(it.reason);
            fields.word("put_on_hold.reason", it.reason, reason).map(Change::PutOnHold)
        }
        Some(Wire::Resume(_)) => Some(Change::Resume),
        Some(Wire::Resolve(_)) => Some(Change::Resolve),
        Some(Wire::Reopen(_)) => Some(Change::Reopen),
        Some(Wire::Cancel(_)) => Some(Change::Cancel),
    };
    let note = fields.text("note", &message.note, Text::MAX);
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let asked = Asked {
            id: id?,
            change: change?,
            occurred_at: occurred_at?,
            actor: actor?,
            channel: Channel::Unknown,
            catalogue_version: 0,
            personal: only_text(note?),
            exchange: None,
        };
        Some((name?, asked))
    })();
    fields.finish(parsed)
}
