//! `relate`: what two requests have to do with each other.

use beffroi_wire::pb::intake::v1::{RelateServiceRequestsRequest, UnrelateServiceRequestsRequest};
use beffroi_wire::pb::query::v1 as query;
use uuid::Uuid;

use super::id_or_new;
use crate::cli::RelateArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::RelationAnswer;

type Both = (query::ServiceRequest, query::ServiceRequest, Option<query::Position>);

/// Runs the command.
pub(crate) async fn run(
    client: Client,
    args: RelateArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let (id, remove) = (id_or_new(args.common.id), args.remove);
    let done =
        if remove { unrelate(client, args, id).await? } else { relate(client, args, id).await? };
    let (from, to, position) = done;
    let view = RelationAnswer {
        relation_id: (!remove).then(|| id.to_string()),
        unrelation_id: remove.then(|| id.to_string()),
        from: from.clone().into(),
        to: to.clone().into(),
        position: position.map(Into::into),
    };
    console.answer(&view, |reader| render::cards(&[from, to], reader))?;
    Ok(Exit::Done)
}

async fn relate(mut client: Client, args: RelateArgs, id: Uuid) -> Result<Both, Failure> {
    let call = RelateServiceRequestsRequest {
        relation_id: id.to_string(),
        from: args.from,
        to: args.to,
        kind: args.kind.into(),
        note: args.common.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.relate_service_requests(call).await;
    let it = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    Ok((it.from.unwrap_or_default(), it.to.unwrap_or_default(), it.position))
}

async fn unrelate(mut client: Client, args: RelateArgs, id: Uuid) -> Result<Both, Failure> {
    let call = UnrelateServiceRequestsRequest {
        unrelation_id: id.to_string(),
        from: args.from,
        to: args.to,
        note: args.common.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.unrelate_service_requests(call).await;
    let it = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    Ok((it.from.unwrap_or_default(), it.to.unwrap_or_default(), it.position))
}
