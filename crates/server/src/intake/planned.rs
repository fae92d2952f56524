//! Resolving a request that waits in a planned programme, as one of many.

use super::{Asked, execute_if, find};
use crate::error::ApiError;
use crate::parse::Name;
use crate::shared::Shared;
use beffroi_domain::{
    Change, Channel, EventId, Label, LinkRejection, PersonalData, Rejection, Request, Status,
    Timestamp,
};

/// What is said of the work, for every request that it concerned.
#[derive(Debug)]
pub(crate) struct Closing {
    pub id: EventId,
    /// `None`: now.
    pub occurred_at: Option<Timestamp>,
    pub actor: Option<Label>,
    pub personal: PersonalData,
}

/// Resolves the request that a caller names, unless this closing has done so before.
pub(crate) async fn resolve(
    node: &Shared,
    (text, name): (&str, Name),
    closing: &Closing,
) -> Result<(), ApiError> {
    let request = find(node, text, name)?.request.id;
    let id = EventId::new(closing.id.derive(&request.to_string()));
    let asked = Asked {
        id: id.map_err(|_| ApiError::IdTaken(closing.id.to_string()))?,
        change: Change::Resolve,
        occurred_at: closing.occurred_at,
        actor: closing.actor.clone(),
        channel: Channel::Unknown,
        catalogue_version: 0,
        exchange: None,
        personal: closing.personal.clone(),
    };
    execute_if(node, request, asked, waits).await.map(drop)
}

/// A number mistyped in a long list must not end the request that it happens to name.
fn waits(request: &Request) -> Result<(), Rejection> {
    if request.merged.is_some() {
        return Err(LinkRejection::Merged.into());
    }
    if request.status == Status::Planned { Ok(()) } else { Err(Rejection::Status(request.status)) }
}
