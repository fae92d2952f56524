//! Closing many requests at once when the work is done.

use crate::error::{ApiError, Problem, Violation};
use crate::intake::planned::{Closing, resolve};
use crate::parse::{Fields, name, only_text};
use crate::shared::Shared;
use beffroi_domain::{EventId, Language, Text};
use beffroi_wire::pb::programme::v1 as pb;
use futures::{StreamExt, TryStreamExt, stream};

const REQUESTS_MAX: usize = 500;
/// Resolutions on their way at once: the log takes many together, other calls want their turn.
const AT_ONCE: usize = 32;

pub(super) async fn close(
    node: &Shared,
    call: pb::CloseProgrammeRequestsRequest,
    language: Language,
) -> Result<pb::CloseProgrammeRequestsResponse, ApiError> {
    let closing = parse(node, &call)?;
    let results = stream::iter(call.service_requests)
        .map(|named| one(node, &closing, named, language))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let sequence = node.projections.snapshot()?.checkpoint().sequence;
    Ok(pb::CloseProgrammeRequestsResponse { results, position: Some(node.position(sequence)) })
}

fn parse(
    node: &Shared,
    call: &pb::CloseProgrammeRequestsRequest,
) -> Result<Closing, Vec<Violation>> {
    let mut fields = Fields::default();
    let id: Option<EventId> = fields.id("closing_id", &call.closing_id);
    let found = call.service_requests.len();
    if found == 0 || found > REQUESTS_MAX {
        fields.wrong("service_requests", Problem::TooMany { found, max: REQUESTS_MAX });
    }
    let note = fields.text("note", &call.note, Text::MAX);
    let now = node.clock.now();
    let occurred_at = fields.optional_past("occurred_at", call.occurred_at.as_ref(), now);
    let actor = fields.optional_label("actor", &call.actor);
    let parsed = (|| {
        Some(Closing {
            id: id?,
            occurred_at: occurred_at?,
            actor: actor?,
            personal: only_text(note?),
        })
    })();
    fields.finish(parsed)
}

/// What became of one request; fails only when the whole call has to be sent again.
async fn one(
    node: &Shared,
    closing: &Closing,
    named: String,
    language: Language,
) -> Result<pb::CloseResult, ApiError> {
    let done = match name(&named) {
        Ok(name) => resolve(node, (&named, name), closing).await,
        Err(problem) => Err(problem.at("service_requests").into()),
    };
    let error = match done {
        Ok(()) => {
            return Ok(pb::CloseResult {
                service_request: named,
                closed: true,
                ..pb::CloseResult::default()
            });
        }
        Err(error) => error,
    };
    if !error.is_final() {
        return Err(error);
    }
    Ok(pb::CloseResult {
        service_request: named,
        closed: false,
        reason: error.reason().to_owned(),
        message: error.message(language),
    })
}
