//! `merge` and `unmerge`: duplicates.

use beffroi_wire::pb::intake::v1::{MergeServiceRequestsRequest, UnmergeServiceRequestRequest};

use super::id_or_new;
use crate::cli::{MergeArgs, UnmergeArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{MergeAnswer, UnmergeAnswer};

/// Runs `merge`.
pub(crate) async fn merge(
    mut client: Client,
    args: MergeArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let call = MergeServiceRequestsRequest {
        merge_id: id.to_string(),
        duplicate: args.duplicate,
        into: args.into,
        note: args.common.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.merge_service_requests(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let duplicate = answer.duplicate.unwrap_or_default();
    let into = answer.into.unwrap_or_default();
    let view = MergeAnswer {
        merge_id: id.to_string(),
        duplicate: duplicate.clone().into(),
        into: into.clone().into(),
        position: answer.position.map(Into::into),
    };
    console.answer(&view, |reader| render::cards(&[duplicate, into], reader))?;
    Ok(Exit::Done)
}

/// Runs `unmerge`.
pub(crate) async fn unmerge(
    mut client: Client,
    args: UnmergeArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let call = UnmergeServiceRequestRequest {
        unmerge_id: id.to_string(),
        duplicate: args.duplicate,
        note: args.common.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.unmerge_service_request(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let duplicate = answer.duplicate.unwrap_or_default();
    let from = answer.from.unwrap_or_default();
    let view = UnmergeAnswer {
        unmerge_id: id.to_string(),
        duplicate: duplicate.clone().into(),
        from: from.clone().into(),
        position: answer.position.map(Into::into),
    };
    console.answer(&view, |reader| render::cards(&[duplicate, from], reader))?;
    Ok(Exit::Done)
}
