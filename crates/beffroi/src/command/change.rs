//! `change`: changes the state of a request.

use beffroi_wire::pb::intake::v1::change_service_request_request::Change as Wire;
use beffroi_wire::pb::intake::v1::{
    Assign, Cancel, ChangeServiceRequestRequest, EnterProgramme, LeaveProgramme, PutOnHold,
    Reclassify, Reopen, Resolve, Resume, Transfer,
};

use super::id_or_new;
use crate::cli::{Change, ChangeArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{RequestAnswer, Written};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: ChangeArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let call = ChangeServiceRequestRequest {
        change_id: id.to_string(),
        service_request: args.request,
        change: Some(wire(args.change)),
        note: args.common.note.unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.change_service_request(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let request = answer.service_request.unwrap_or_default();
    let view = Written {
        change_id: Some(id.to_string()),
        follow_up_id: None,
        attachment_id: None,
        answer: RequestAnswer::new(request.clone(), answer.position),
    };
    console.answer(&view, |reader| render::card(&request, reader))?;
    Ok(Exit::Done)
}

fn wire(change: Change) -> Wire {
    match change {
        Change::Assign { unit } => Wire::Assign(Assign { unit }),
        Change::Hold { reason } => Wire::PutOnHold(PutOnHold { reason: reason.into() }),
        Change::Resume => Wire::Resume(Resume {}),
        Change::Resolve => Wire::Resolve(Resolve {}),
        Change::Reopen => Wire::Reopen(Reopen {}),
        Change::Cancel => Wire::Cancel(Cancel {}),
        Change::Reclassify { product, precision, nature, unit } => Wire::Reclassify(Reclassify {
            product,
            precision: precision.unwrap_or_default(),
            nature: nature.map(i32::from).unwrap_or_default(),
            unit: unit.unwrap_or_default(),
        }),
        Change::Transfer { unit } => Wire::Transfer(Transfer { unit }),
        Change::EnterProgramme { programme } => Wire::EnterProgramme(EnterProgramme { programme }),
        Change::LeaveProgramme => Wire::LeaveProgramme(LeaveProgramme {}),
    }
}
