//! `follow-up`: documents a step of a request.

use beffroi_wire::pb::event::v1::Visibility;
use beffroi_wire::pb::intake::v1::{AddFollowUpRequest, Exchange};

use super::{exchange, id_or_new};
use crate::cli::FollowUpArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{RequestAnswer, Written};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: FollowUpArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let visibility = if args.internal { Visibility::Internal } else { Visibility::Public };
    let call = AddFollowUpRequest {
        follow_up_id: id.to_string(),
        service_request: args.request,
        text: args.text,
        visibility: visibility.into(),
        author: args.from.map(i32::from).unwrap_or_default(),
        channel: args.channel.map(i32::from).unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
        exchange: exchange(&args.exchange).map(|it| Exchange {
            citizen_id: args.citizen.map(|it| it.to_string()).unwrap_or_default(),
            ..it
        }),
    };
    let answer = client.intake.add_follow_up(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let request = answer.service_request.unwrap_or_default();
    let view = Written {
        change_id: None,
        follow_up_id: Some(id.to_string()),
        attachment_id: None,
        answer: RequestAnswer::new(request.clone(), answer.position),
    };
    console.answer(&view, |reader| render::card(&request, reader))?;
    Ok(Exit::Done)
}
