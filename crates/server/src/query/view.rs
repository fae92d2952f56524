//! What callers see of a request.

mod names;
mod promised;

use crate::catalogue::{self, Catalogues};
use crate::error::{ApiError, standing};
use crate::language::choose;
use crate::programme::words::words;
use crate::query::told;
use crate::shared::Shared;
use beffroi_aggregator::{RequestRow, Snapshot};
use beffroi_domain::{
    City, Code, HoldReason, Kind, Label, Language, Request, RequestId, Status, Timestamp,
};
use beffroi_wire::event::{place_to_pb, promise_to_pb};
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};

pub(in crate::query) use names::Recorded;

/// Looks at requests for a caller, at one moment of the projections.
pub(crate) struct View<'a> {
    pub(in crate::query) snapshot: &'a Snapshot,
    catalogues: &'a Catalogues,
    city: &'a City,
    now: Timestamp,
    pub(in crate::query) language: Language,
}

impl<'a> View<'a> {
    pub(crate) fn new(node: &'a Shared, snapshot: &'a Snapshot, language: Language) -> Self {
        let (catalogues, city) = (&node.catalogues, node.city());
        Self { snapshot, catalogues, city, now: node.clock.now(), language }
    }

    /// A request as it stands.
    pub(crate) fn service_request(&self, row: &RequestRow) -> Result<pb::ServiceRequest, ApiError> {
        let mut view = own(row, self.now);
        let request = &row.request;
        let survivor = told::survivor(self.snapshot, row)?;
        view.merged_into = survivor.as_ref().map(|it| it.number.to_string()).unwrap_or_default();
        let recorded = Recorded {
            entry: request.entry.as_ref(),
            unit: request.unit.as_ref(),
            programme: request.programme.as_ref(),
        };
        view.names = self.names(request.catalogue_version, recorded)?;
        if let Some(survivor) = &survivor {
            view.hold_reason = hold_reason(&survivor.request);
            let since = row.told_of(survivor).count();
            view.public_follow_ups += u32::try_from(since).unwrap_or(u32::MAX);
        }
        view.summary = match &survivor {
            Some(survivor) => self.summary_of_duplicate(row, survivor)?,
            None => self.summary(row)?,
        };
        let duplicates = request.duplicates.iter().map(|it| self.number(it.request));
        view.duplicates = duplicates.collect::<Result<_, _>>()?;
        let relations = request.relations.iter().map(|it| {
            let service_request = self.number(it.request)?;
            let kind = vocabulary::relation_kind::to_pb(it.kind).into();
            Ok(pb::Relation { service_request, kind })
        });
        view.relations = relations.collect::<Result<_, ApiError>>()?;
        Ok(view)
    }

    /// What a citizen would be told.
    fn summary(&self, row: &RequestRow) -> Result<String, ApiError> {
        let number = row.number;
        let (state, then) = self.standing(&row.request)?;
        let waiting = waiting(row.request.waits_on, self.language);
        Ok(choose(
            self.language,
            format!("Votre demande {number} est {state}.{waiting}{then}"),
            format!("Your request {number} has been {state}.{waiting}{then}"),
        ))
    }

    /// What a citizen would be told whose request was merged into another one.
    fn summary_of_duplicate(
        &self,
        row: &RequestRow,
        survivor: &RequestRow,
    ) -> Result<String, ApiError> {
        let (number, other) = (row.number, survivor.number);
        let (state, then) = self.standing(&survivor.request)?;
        Ok(choose(
            self.language,
            format!(
                "Votre demande {number} est réunie à la demande {other}, qui est {state}.{then}"
            ),
            format!(
                "Your request {number} was merged into request {other}, which has been \
                 {state}.{then}"
            ),
        ))
    }

    /// Where a request stands and since when, and the sentence that follows.
    fn standing(&self, request: &Request) -> Result<(String, String), ApiError> {
        let since = day(self.city, request.status_changed_at);
        let since = match (request.status_approximate, self.language) {
            (false, _) => since,
            (true, Language::French) => format!("{since} environ"),
            (true, Language::English) => format!("about {since}"),
        };
        if let (Status::Planned, Some(programme)) = (request.status, &request.programme) {
            let of = (programme, 0);
            let name = words(self.catalogues, self.snapshot, of, self.language)?.name;
            return Ok(planned(&name, &since, self.language));
        }
        let state = standing(request.status, self.language);
        let state = choose(
            self.language,
            format!("{state} depuis le {since}"),
            format!("{state} since {since}"),
        );
        let promised = promised::said(request, (self.city, self.now), self.language);
        Ok((state, promised.map(|it| format!(" {it}")).unwrap_or_default()))
    }

    /// The number of a linked request; its id should it not be there.
    pub(in crate::query) fn number(&self, id: RequestId) -> Result<String, ApiError> {
        let row = self.snapshot.request(id)?;
        Ok(row.map_or_else(|| id.to_string(), |row| row.number.to_string()))
    }
}

/// What was answered when a request was opened, in the order of the questions, and the address.
pub(super) fn opening(
    node: &Shared,
    snapshot: &Snapshot,
    row: &RequestRow,
    language: Language,
) -> Result<(Vec<pb::AnsweredQuestion>, String), ApiError> {
    let Some(first) = row.steps.first() else { return Ok((Vec::new(), String::new())) };
    let event = snapshot.recorded(first.sequence)?.event;
    let address = event.personal.address.as_ref().map(|it| it.as_str().to_owned());
    let Kind::Opened(opened) = &event.kind else { return Ok((Vec::new(), String::new())) };
    let version = event.meta.catalogue_version;
    let answers = match node.catalogues.version(snapshot, version)? {
        Some(it) => catalogue::all_said(&it.catalogue, &opened.answers, language),
        None => Vec::new(),
    };
    Ok((answers, address.unwrap_or_default()))
}

/// What a request says of itself, without words.
fn own(row: &RequestRow, now: Timestamp) -> pb::ServiceRequest {
    let request = &row.request;
    let entry = request.entry.as_ref();
    let other = request.other_channels.iter();
    let promises = request.promises.iter().map(|promise| pb::PromiseStatus {
        promise: Some(promise_to_pb(&promise.term)),
        cycle: promise.cycle,
        verdict: vocabulary::verdict::to_pb(request.verdict(promise, now)).into(),
        warned: !promise.warned.is_empty(),
        breached: promise.breached,
    });
    pb::ServiceRequest {
        id: request.id.to_string(),
        number: row.number.to_string(),
        citizen_id: request.citizen.map(|it| it.to_string()).unwrap_or_default(),
        product: request.product.to_string(),
        precision: label(request.precision.as_ref()),
        nature: vocabulary::nature::to_pb(request.nature).into(),
        channel: vocabulary::channel::to_pb(request.channel).into(),
        other_channels: other.map(|it| vocabulary::channel::to_pb(*it).into()).collect(),
        unit: label(request.unit.as_ref()),
        place: place_to_pb(&request.place),
        status: vocabulary::status::to_pb(request.status).into(),
        hold_reason: hold_reason(request),
        opened_at: Some(time::to_pb(request.opened_at)),
        approximate: request.approximate,
        status_changed_at: Some(time::to_pb(request.status_changed_at)),
        resolved_at: request.resolved_at.map(time::to_pb),
        status_approximate: request.status_approximate,
        promises: promises.collect(),
        origin: vocabulary::origin::to_pb(request.origin).into(),
        source: request
            .source
            .as_ref()
            .map(|it| event::Source { system: it.system.to_string(), id: it.id.to_string() }),
        source_status: label(request.source_status.as_ref()),
        public_follow_ups: request.public_follow_ups,
        citizen_messages: request.citizen_messages,
        urgency: vocabulary::urgency::to_pb(request.urgency).into(),
        product_code: code(entry.map(|it| &it.product)),
        precision_code: code(entry.and_then(|it| it.precision.as_ref())),
        catalogue_version: request.catalogue_version,
        programme: code(request.programme.as_ref()),
        followers: request.followers().map(|it| it.to_string()).collect(),
        attachments: u32::try_from(request.attachments.len()).unwrap_or(u32::MAX),
        ..pb::ServiceRequest::default()
    }
}

fn hold_reason(request: &Request) -> i32 {
    request.waits_on.map(vocabulary::hold_reason::to_pb).unwrap_or_default().into()
}

fn code(it: Option<&Code>) -> String {
    it.map(ToString::to_string).unwrap_or_default()
}

fn planned(programme: &str, since: &str, language: Language) -> (String, String) {
    choose(
        language,
        (
            format!("inscrite au programme d'intervention « {programme} » depuis le {since}"),
            " Les travaux peuvent prendre des années, et aucun suivi ne vous sera envoyé."
                .to_owned(),
        ),
        (
            format!("in the intervention programme “{programme}” since {since}"),
            " The work may take years, and no follow-up will be sent to you.".to_owned(),
        ),
    )
}

/// On whom a request waits, to the one who asked for it.
fn waiting(reason: Option<HoldReason>, language: Language) -> &'static str {
    match reason {
        Some(HoldReason::Citizen) => {
            choose(language, " Nous attendons votre réponse.", " We are waiting for your answer.")
        }
        Some(HoldReason::ThirdParty) => {
            choose(language, " Nous attendons un tiers.", " We are waiting for a third party.")
        }
        None => "",
    }
}

fn day(city: &City, at: Timestamp) -> String {
    city.calendar.date(at).to_string()
}

pub(in crate::query) fn label(it: Option<&Label>) -> String {
    it.map(ToString::to_string).unwrap_or_default()
}
