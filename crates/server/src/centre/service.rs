//! The centre service of a node.

use super::change;
use super::view::{hours_at, regime};
use crate::calendar;
use crate::error::{ApiError, Problem};
use crate::language;
use crate::parse::Fields;
use crate::query::list;
use crate::shared::Shared;
use beffroi_domain::{Language, Opening, Text, opening, suggest};
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::centre::v1::centre_service_server::CentreService;
use beffroi_wire::{time, vocabulary};
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The centre service of a node.
#[derive(Debug)]
pub(crate) struct Centre {
    node: Arc<Shared>,
}

impl Centre {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(found: Result<T, ApiError>, language: Language) -> Answer<T> {
    found.map(Response::new).map_err(|error| error.into_status(language))
}

#[tonic::async_trait]
impl CentreService for Centre {
    async fn get_centre(
        &self,
        call: Request<pb::GetCentreRequest>,
    ) -> Answer<pb::GetCentreResponse> {
        let language = language::of(call.metadata());
        answer(get(&self.node, call.into_inner(), language).await, language)
    }

    async fn declare_regime(
        &self,
        call: Request<pb::DeclareRegimeRequest>,
    ) -> Answer<pb::DeclareRegimeResponse> {
        let language = language::of(call.metadata());
        let changed = change::declare(&self.node, call.into_inner(), language).await;
        let changed =
            changed.map(|(regime, position)| pb::DeclareRegimeResponse { regime, position });
        answer(changed, language)
    }

    async fn extend_regime(
        &self,
        call: Request<pb::ExtendRegimeRequest>,
    ) -> Answer<pb::ExtendRegimeResponse> {
        let language = language::of(call.metadata());
        let changed = change::extend(&self.node, call.into_inner(), language).await;
        let changed =
            changed.map(|(regime, position)| pb::ExtendRegimeResponse { regime, position });
        answer(changed, language)
    }

    async fn lift_regime(
        &self,
        call: Request<pb::LiftRegimeRequest>,
    ) -> Answer<pb::LiftRegimeResponse> {
        let language = language::of(call.metadata());
        let changed = change::lift(&self.node, call.into_inner(), language).await;
        let changed = changed.map(|(regime, position)| pb::LiftRegimeResponse { regime, position });
        answer(changed, language)
    }

    async fn list_regimes(
        &self,
        call: Request<pb::ListRegimesRequest>,
    ) -> Answer<pb::ListRegimesResponse> {
        let language = language::of(call.metadata());
        answer(list_regimes(&self.node, call.into_inner(), language).await, language)
    }

    async fn publish_calendar(
        &self,
        call: Request<pb::PublishCalendarRequest>,
    ) -> Answer<pb::PublishCalendarResponse> {
        let language = language::of(call.metadata());
        answer(calendar::publish(&self.node, call.into_inner()).await, language)
    }

    async fn get_calendar(
        &self,
        call: Request<pb::GetCalendarRequest>,
    ) -> Answer<pb::GetCalendarResponse> {
        let language = language::of(call.metadata());
        answer(calendar::show(&self.node, call.get_ref()).await, language)
    }

    async fn screen_text(
        &self,
        call: Request<pb::ScreenTextRequest>,
    ) -> Answer<pb::ScreenTextResponse> {
        let language = language::of(call.metadata());
        answer(screen(&call.into_inner(), language), language)
    }
}

async fn get(
    node: &Shared,
    call: pb::GetCentreRequest,
    language: Language,
) -> Result<pb::GetCentreResponse, ApiError> {
    let mut fields = Fields::default();
    let at = match &call.at {
        None => Some(node.clock.now()),
        given => fields.time("at", given.as_ref()),
    };
    let at = fields.finish(at)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let regimes = snapshot.regimes()?;
    let calendar = &node.city_at(&snapshot)?.city.calendar;
    let holds = regimes.at(at);
    let announced = regimes.standing(at).filter(|it| at < it.from());
    let (open, closes_at, opens_at) = match opening(calendar, &regimes, at) {
        Opening::Open { closes_at } => (true, closes_at, None),
        Opening::Closed { opens_at } => (false, None, opens_at),
    };
    Ok(pb::GetCentreResponse {
        at: Some(time::to_pb(at)),
        kind: vocabulary::regime_kind::to_pb(regimes.kind_at(at)).into(),
        regime: holds.map(|it| regime(it, language)),
        announced: announced.map(|it| regime(it, language)),
        open,
        closes_at: closes_at.map(time::to_pb),
        opens_at: opens_at.map(time::to_pb),
        hours: Some(hours_at(calendar, holds, at)),
        time_zone: calendar.zone().name().to_owned(),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

async fn list_regimes(
    node: &Shared,
    call: pb::ListRegimesRequest,
    language: Language,
) -> Result<pb::ListRegimesResponse, ApiError> {
    const BINDING: &str = "regimes";
    let size = list::page_size(call.page_size)?;
    let before = list::place(&call.page_token, BINDING)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let regimes = snapshot.regimes()?;
    // The place of a page is how many regimes are older than those shown.
    let older = regimes.all().len().min(usize::try_from(before).unwrap_or(usize::MAX));
    let left = older.saturating_sub(size);
    let shown = regimes.all().iter().take(older).skip(left).rev();
    Ok(pb::ListRegimesResponse {
        regimes: shown.map(|it| regime(it, language)).collect(),
        next_page_token: list::token((left > 0).then_some(left as u64), BINDING),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

fn screen(
    call: &pb::ScreenTextRequest,
    language: Language,
) -> Result<pb::ScreenTextResponse, ApiError> {
    let mut fields = Fields::default();
    let text = fields.text("text", &call.text, Text::MAX);
    if text == Some(None) {
        fields.wrong("text", Problem::Missing);
    }
    let text = fields.finish(text.flatten())?;
    let found = suggest(text.as_str()).map(|it| it.emergency);
    let instruction = found.map(|it| it.instruction(language).to_owned());
    Ok(pb::ScreenTextResponse {
        emergency: vocabulary::emergency::to_pb(found).into(),
        instruction: instruction.unwrap_or_default(),
    })
}
