//! `contact`: records an exchange.

use beffroi_wire::pb::event::v1::ContactOutcome;
use beffroi_wire::pb::intake::v1::{ContactDetails, RecordContactRequest};

use super::{id_or_new, language};
use crate::cli::ContactArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::ContactAnswer;
use crate::words::{self, Word as _};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: ContactArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let outcome: ContactOutcome = args.outcome;
    let details = ContactDetails {
        name: String::new(),
        telephone: args.telephone.unwrap_or_default(),
        email: args.email.unwrap_or_default(),
        app_account: args.app_account.unwrap_or_default(),
    };
    let call = RecordContactRequest {
        contact_id: id.to_string(),
        citizen_id: args.citizen.map(|it| it.to_string()).unwrap_or_default(),
        channel: args.channel.into(),
        nature: args.nature.into(),
        language: language(args.language),
        outcome: outcome.into(),
        service_request: args.request.unwrap_or_default(),
        product: args.product.unwrap_or_default(),
        waited_secs: args.waited_secs,
        handled_secs: args.handled_secs,
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
        emergency: args.emergency.unwrap_or_default().into(),
        contact_details: (details != ContactDetails::default()).then_some(details),
    };
    let answer = client.intake.record_contact(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let contact_id = answer.contact_id.clone();
    let view =
        ContactAnswer { contact_id: answer.contact_id, position: answer.position.map(Into::into) };
    console.answer(&view, |reader| {
        let outcome = outcome.label(reader.lang).to_owned();
        let rows = [(words::CONTACT, contact_id), (words::OUTCOME, outcome)];
        render::pairs(rows, reader.lang).to_string()
    })?;
    Ok(Exit::Done)
}
