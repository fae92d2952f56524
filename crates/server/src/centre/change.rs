//! Declaring, extending and lifting a regime.

use super::CentreProblem;
use super::view::regime;
use crate::catalogue::CatalogueProblem;
use crate::commit::Decision;
use crate::error::{ApiError, Problem, Violation};
use crate::intake::event_id;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Snapshot, Subject};
use beffroi_domain::catalogue::Bilingual;
use beffroi_domain::{
    About, Channel, Code, Declaration, Event, EventId, Hours, InvalidHours, Kind, Label, Language,
    Meta, Origin, Personal, PersonalData, Reference, Regime, RegimeChange, RegimeFact, Text,
    Timestamp, Week,
};
use beffroi_wire::pb::centre::v1 as pb;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as query;
use beffroi_wire::vocabulary;
use std::collections::BTreeSet;

/// A change as a caller wants it.
struct Asked {
    id: EventId,
    change: RegimeChange,
    actor: Option<Label>,
}

/// The regime that a change left, and where.
pub(super) type Changed = (Option<pb::Regime>, Option<query::Position>);

pub(super) async fn declare(
    node: &Shared,
    message: pb::DeclareRegimeRequest,
    language: Language,
) -> Result<Changed, ApiError> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "declaration_id", &message.declaration_id);
    let kind = vocabulary::regime_kind::from_pb(message.kind);
    let kind = fields.known("kind", message.kind, kind);
    let from = match &message.from {
        None => Some(node.clock.now()),
        given => fields.time("from", given.as_ref()),
    };
    let until = fields.time("until", message.until.as_ref());
    let hours = hours(&mut fields, message.hours.as_ref());
    let products = products(&mut fields, &message.products);
    let notice = notice(&mut fields, message.notice.as_ref());
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let declaration = Declaration {
            kind: kind?,
            from: from?,
            until: until?,
            hours: hours?,
            products: products?,
            notice: notice?,
        };
        let change = RegimeChange::Declare(Box::new(declaration));
        Some(Asked { id: id?, change, actor: actor? })
    })();
    change(node, fields.finish(parsed)?, language).await
}

pub(super) async fn extend(
    node: &Shared,
    message: pb::ExtendRegimeRequest,
    language: Language,
) -> Result<Changed, ApiError> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "extension_id", &message.extension_id);
    let until = fields.time("until", message.until.as_ref());
    let hours = hours(&mut fields, message.hours.as_ref());
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = (|| {
        let change = RegimeChange::Extend { until: until?, hours: hours? };
        Some(Asked { id: id?, change, actor: actor? })
    })();
    change(node, fields.finish(parsed)?, language).await
}

pub(super) async fn lift(
    node: &Shared,
    message: pb::LiftRegimeRequest,
    language: Language,
) -> Result<Changed, ApiError> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "lifting_id", &message.lifting_id);
    let actor = fields.optional_label("actor", &message.actor);
    let parsed = id.zip(actor).map(|(id, actor)| Asked { id, change: RegimeChange::Lift, actor });
    change(node, fields.finish(parsed)?, language).await
}

/// Carries out a change: decided, recorded once, folded. Answers with the last regime as it stands.
async fn change(node: &Shared, asked: Asked, language: Language) -> Result<Changed, ApiError> {
    let uuid = asked.id.uuid();
    let decide = |snapshot: &Snapshot| {
        let row = snapshot.regimes_row()?;
        if let Some(sequence) = row.sequence_of(uuid) {
            let Kind::Regime(fact) = snapshot.recorded(sequence)?.event.kind else {
                return Err(ApiError::IdTaken(uuid.to_string()));
            };
            if !made(&asked.change, &fact) {
                return Err(ApiError::IdTaken(uuid.to_string()));
            }
            let last = row.regimes.all().last().map(|it| regime(it, language));
            return Ok(Decision::Done((last, snapshot.checkpoint().sequence)));
        }
        if snapshot.is_quarantined(Reference::Regime.uuid())? {
            return Err(ApiError::Quarantined);
        }
        // It happens now, after whatever another clock has dated.
        let last = row.regimes.all().last().map(Regime::changed_at);
        let now = last.map_or(node.clock.now(), |last| last.max(node.clock.now()));
        if let RegimeChange::Declare(declaration) = &asked.change {
            check_products(node, snapshot, &declaration.products, language)?;
        }
        let fact = row.regimes.decide(asked.change.clone(), now)?;
        let version = snapshot.catalogue_version()?;
        Ok(Decision::Record(vec![asked.event(now, version, fact)]))
    };
    let subjects =
        BTreeSet::from([Subject::of(&asked.event(Timestamp::EPOCH, 0, RegimeFact::Lifted))]);
    let (last, sequence) = node.committer.commit(subjects, decide).await?;
    Ok((last, Some(node.position(sequence))))
}

/// Whether a fact is what a change of its kind comes to.
fn made(change: &RegimeChange, fact: &RegimeFact) -> bool {
    match change {
        RegimeChange::Declare(_) => matches!(fact, RegimeFact::Declared(_)),
        RegimeChange::Extend { .. } => matches!(fact, RegimeFact::Extended { .. }),
        RegimeChange::Lift => matches!(fact, RegimeFact::Lifted),
    }
}

impl Asked {
    fn event(&self, occurred_at: Timestamp, catalogue_version: u64, fact: RegimeFact) -> Event {
        Event {
            id: self.id,
            about: About::Reference(Reference::Regime),
            meta: Meta {
                occurred_at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: Channel::System,
                causation: None,
                correlation: None,
                catalogue_version,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::Regime(fact),
        }
    }
}

/// Products are those of the catalogue in force; without one, any code will do.
fn check_products(
    node: &Shared,
    snapshot: &Snapshot,
    products: &[Code],
    language: Language,
) -> Result<(), ApiError> {
    let Some(in_force) = node.catalogues.in_force(snapshot)? else { return Ok(()) };
    let catalogue = &in_force.catalogue;
    let unknown = products.iter().enumerate().filter(|(_, it)| catalogue.product(it).is_none());
    let wrong = unknown.map(|(at, code)| {
        let near = match catalogue.resolve_product(code.as_str()) {
            Ok(found) => vec![found.code.to_string()],
            Err(unresolved) => {
                let near = unresolved.suggestions.iter();
                near.map(|it| format!("{} ({})", it.code, it.name.get(language))).collect()
            }
        };
        let problem = CatalogueProblem::Product { text: code.to_string(), near };
        Problem::Catalogue(problem).at(format!("products[{at}]"))
    });
    let wrong: Vec<Violation> = wrong.take(100).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn products(fields: &mut Fields, codes: &[String]) -> Option<Vec<Code>> {
    let mut products = Vec::with_capacity(codes.len());
    for (at, code) in codes.iter().enumerate() {
        match code.parse() {
            Ok(code) => products.push(code),
            Err(error) => fields.wrong(&format!("products[{at}]"), Problem::Code(error)),
        }
    }
    (products.len() == codes.len()).then_some(products)
}

fn notice(fields: &mut Fields, notice: Option<&event::Bilingual>) -> Option<Bilingual<Text>> {
    let empty = event::Bilingual::default();
    let notice = notice.unwrap_or(&empty);
    let french = required(fields, "notice.french", &notice.french);
    let english = required(fields, "notice.english", &notice.english);
    Some(Bilingual { french: french?, english: english? })
}

fn required(fields: &mut Fields, field: &str, text: &str) -> Option<Text> {
    let text = fields.text(field, text, Text::MAX)?;
    if text.is_none() {
        fields.wrong(field, Problem::Missing);
    }
    text
}

/// The hours of a week, if any are given.
fn hours(fields: &mut Fields, message: Option<&pb::WeeklyHours>) -> Option<Option<Week>> {
    let Some(it) = message else { return Some(None) };
    let days = [
        ("monday", &it.monday),
        ("tuesday", &it.tuesday),
        ("wednesday", &it.wednesday),
        ("thursday", &it.thursday),
        ("friday", &it.friday),
        ("saturday", &it.saturday),
        ("sunday", &it.sunday),
    ];
    if it.around_the_clock {
        if days.iter().all(|(_, day)| day.is_empty()) {
            return Some(Some(Week::AROUND_THE_CLOCK));
        }
        fields.wrong("hours", Problem::Centre(CentreProblem::DaysAroundTheClock));
        return None;
    }
    let read = days.map(|(name, day)| match day.parse::<Hours>() {
        Ok(hours) => Some(hours),
        Err(error) => {
            let problem = match error {
                InvalidHours::Window(_) => CentreProblem::Hours(day.chars().take(40).collect()),
                InvalidHours::Overlap(..) | InvalidHours::TooMany => CentreProblem::Windows(error),
            };
            fields.wrong(&format!("hours.{name}"), Problem::Centre(problem));
            None
        }
    });
    if read.iter().any(Option::is_none) {
        return None;
    }
    match Week::new(read.map(|it| it.unwrap_or(Hours::CLOSED))) {
        Ok(week) => Some(Some(week)),
        Err(error) => {
            fields.wrong("hours", Problem::Centre(CentreProblem::Week(error)));
            None
        }
    }
}
