//! Documenting a step of a request.

use super::exchange::Exchange;
use super::{Asked, Standing, event_id, execute, find};
use crate::error::{ApiError, Problem, Violation};
use crate::parse::{Fields, Name, only_text};
use crate::shared::Shared;
use beffroi_domain::{Change, FollowUp, Text};
use beffroi_wire::pb::event::v1::{Author, Visibility};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

pub(super) async fn add(
    node: &Shared,
    message: pb::AddFollowUpRequest,
) -> Result<Standing, ApiError> {
    let (name, asked) = parse(node, &message)?;
    let request = find(node, &message.service_request, name)?.request.id;
    execute(node, request, asked).await
}

fn parse(node: &Shared, message: &pb::AddFollowUpRequest) -> Result<(Name, Asked), Vec<Violation>> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "follow_up_id", &message.follow_up_id);
    let name = fields.name("service_request", &message.service_request);
    let text = fields.text("text", &message.text, Text::MAX);
    if text == Some(None) {
        fields.wrong("text", Problem::Missing);
    }
    let kind = kind(&mut fields, message);
    let channel = vocabulary::channel::from_pb(message.channel);
    let channel = if message.exchange.is_some() {
        fields.known("channel", message.channel, channel)
    } else {
        fields.word("channel", message.channel, channel)
    };
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", message.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &message.actor);
    let exchange = Exchange::parse(&mut fields, id, message.exchange.as_ref());
    let parsed = (|| {
        let asked = Asked {
            id: id?,
            change: Change::FollowUp(kind?),
            occurred_at: occurred_at?,
            actor: actor?,
            channel: channel?,
            catalogue_version: 0,
            personal: only_text(text?),
            exchange: exchange?,
        };
        Some((name?, asked))
    })();
    fields.finish(parsed)
}

/// Who speaks, and to whom: as the call says, whatever channel or exchange it names.
fn kind(fields: &mut Fields, message: &pb::AddFollowUpRequest) -> Option<FollowUp> {
    let visibility = Visibility::try_from(message.visibility).ok();
    let visibility = fields.known("visibility", message.visibility, visibility);
    let author = Author::try_from(message.author).ok();
    let author = fields.word("author", message.author, author);
    let (visibility, author) = (visibility?, author?);
    let kind = vocabulary::follow_up::from_pb(visibility, author);
    if kind.is_none() {
        fields.wrong("visibility", Problem::CitizenIsPublic);
    }
    kind
}
