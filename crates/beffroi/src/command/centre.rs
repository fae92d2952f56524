//! `centre`: under which regime the centre works, and when it is open.

use beffroi_wire::pb::centre::v1::{
    DeclareRegimeRequest, ExtendRegimeRequest, GetCentreRequest, LiftRegimeRequest,
    ListRegimesRequest, Regime, ScreenTextRequest,
};
use beffroi_wire::pb::event::v1::Bilingual;
use beffroi_wire::pb::query::v1::Position;

use super::{id_or_new, page_size};
use crate::cli::{CentreAction, CentreArgs, DeclareArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{CentreAnswer, RegimeAnswer, RegimesAnswer, ScreenAnswer};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: CentreArgs,
    console: Console,
) -> Result<Exit, Failure> {
    match args.action {
        CentreAction::Show { at } => {
            let call = GetCentreRequest { at: at.map(to_pb), min_position: None };
            let answer = client.centre.get_centre(call).await?.into_inner();
            let view = CentreAnswer::from(answer.clone());
            console.answer(&view, |reader| render::centre(&answer, reader))?;
        }
        CentreAction::Declare(args) => declare(&mut client, *args, console).await?,
        CentreAction::Extend { until, hours, change } => {
            let id = id_or_new(change.id);
            let call = ExtendRegimeRequest {
                extension_id: id.to_string(),
                until: Some(to_pb(until)),
                hours,
                actor: change.actor.unwrap_or_default(),
            };
            let answer = client.centre.extend_regime(call).await;
            let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
            tell(answer.regime, answer.position, console)?;
        }
        CentreAction::Lift { change } => {
            let id = id_or_new(change.id);
            let actor = change.actor.unwrap_or_default();
            let call = LiftRegimeRequest { lifting_id: id.to_string(), actor };
            let answer = client.centre.lift_regime(call).await;
            let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
            tell(answer.regime, answer.position, console)?;
        }
        CentreAction::History { limit } => {
            let page_size = page_size(limit);
            let call = ListRegimesRequest { page_size, ..ListRegimesRequest::default() };
            let answer = client.centre.list_regimes(call).await?.into_inner();
            let view = RegimesAnswer::from(answer.clone());
            console.answer(&view, |reader| render::regimes(&answer.regimes, reader))?;
        }
        CentreAction::Screen { text } => {
            let answer = client.centre.screen_text(ScreenTextRequest { text }).await?.into_inner();
            let view = ScreenAnswer::from(answer.clone());
            console.answer(&view, |reader| render::screened(&answer, reader.lang))?;
        }
    }
    Ok(Exit::Done)
}

async fn declare(client: &mut Client, args: DeclareArgs, console: Console) -> Result<(), Failure> {
    let id = id_or_new(args.change.id);
    let call = DeclareRegimeRequest {
        declaration_id: id.to_string(),
        kind: args.kind.into(),
        from: args.from.map(to_pb),
        until: Some(to_pb(args.until)),
        hours: args.hours,
        products: args.products,
        notice: Some(Bilingual { french: args.notice_fr, english: args.notice_en }),
        actor: args.change.actor.unwrap_or_default(),
    };
    let answer = client.centre.declare_regime(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    tell(answer.regime, answer.position, console)
}

fn tell(
    regime: Option<Regime>,
    position: Option<Position>,
    console: Console,
) -> Result<(), Failure> {
    let regime = regime.unwrap_or_default();
    let view = RegimeAnswer::new(regime.clone(), position);
    console.answer(&view, |reader| render::regime(&regime, reader))
}
