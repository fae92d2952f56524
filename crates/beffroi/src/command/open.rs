//! `open`: opens a request.

use beffroi_wire::pb::catalogue::v1::ListCatalogueVersionsRequest;
use beffroi_wire::pb::event::v1::{Coordinates, Nature, Place};
use beffroi_wire::pb::intake::v1::{ContactDetails, OpenServiceRequestRequest};

use super::{exchange, id_or_new, language};
use crate::answers;
use crate::cli::{OpenArgs, PlaceArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{OpenAnswer, RegimeNoticeView, RequestAnswer, ScreenAnswer};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: OpenArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let nature = match args.nature {
        Some(nature) => nature,
        None => usual_nature(&mut client).await?,
    };
    let answers = answers::read(&mut client, &args.product, &args.answers).await?;
    let details = ContactDetails {
        name: args.details.name.unwrap_or_default(),
        telephone: args.details.telephone.unwrap_or_default(),
        email: args.details.email.unwrap_or_default(),
        app_account: args.details.app_account.unwrap_or_default(),
    };
    let call = OpenServiceRequestRequest {
        request_id: id.to_string(),
        citizen_id: args.citizen.map(|it| it.to_string()).unwrap_or_default(),
        product: args.product,
        precision: args.precision.unwrap_or_default(),
        nature: nature.into(),
        channel: args.channel.into(),
        language: language(args.language),
        description: args.description.unwrap_or_default(),
        contact_details: (details != ContactDetails::default()).then_some(details),
        address: args.details.address.unwrap_or_default(),
        place: place(args.place),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
        emergency: args.emergency.unwrap_or_default().into(),
        answers,
        unasked: args.unasked,
        catalogue_version: 0,
        exchange: exchange(&args.exchange),
        register_citizen: args.details.register_citizen,
    };
    let answer = client.intake.open_service_request(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let request = answer.service_request.unwrap_or_default();
    let view = OpenAnswer {
        emergency_suggestion: answer.emergency_suggestion.clone().map(ScreenAnswer::from),
        answer: RequestAnswer {
            regime: answer.regime.clone().map(RegimeNoticeView::from),
            ..RequestAnswer::new(request.clone(), answer.position)
        },
        other_citizens: answer.other_citizens,
    };
    let (regime, suggestion) = (answer.regime.as_ref(), answer.emergency_suggestion.as_ref());
    console.answer(&view, |reader| {
        let card = render::opened(&request, &view.other_citizens, reader);
        render::with_suggestion(suggestion, render::with_notice(regime, card), reader.lang)
    })?;
    Ok(Exit::Done)
}

/// What is wanted when nobody says: what the catalogue says, or a service where there is none.
async fn usual_nature(client: &mut Client) -> Result<Nature, Failure> {
    let call = ListCatalogueVersionsRequest { page_size: 1, ..Default::default() };
    let versions = client.catalogue.list_catalogue_versions(call).await?.into_inner().versions;
    Ok(if versions.is_empty() { Nature::Service } else { Nature::Unspecified })
}

fn place(args: PlaceArgs) -> Option<Place> {
    let coordinates = args.latitude.zip(args.longitude);
    let place = Place {
        borough: args.borough.unwrap_or_default(),
        coordinates: coordinates.map(|(latitude, longitude)| Coordinates { latitude, longitude }),
    };
    (place != Place::default()).then_some(place)
}
