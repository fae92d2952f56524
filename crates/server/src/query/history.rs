//! The history of a request.

mod contacts;
mod depth;
mod survivor;

use super::find;
use super::view::{View, label};
use crate::error::{ApiError, Problem};
use crate::language::choose;
use crate::programme::words::words;
use crate::shared::Shared;
use beffroi_aggregator::Recorded;
use beffroi_domain::ledger::{self, PromiseChange, PromiseStep};
use beffroi_domain::{
    Code, FollowUp, HoldReason, Kind, Language, LevelFactKind, PromiseKind, Request, RevisionCause,
    Status, Term, Timestamp,
};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};

pub(super) async fn history(
    node: &Shared,
    call: pb::GetServiceRequestHistoryRequest,
    language: Language,
) -> Result<pb::GetServiceRequestHistoryResponse, ApiError> {
    let audience = pb::Audience::try_from(call.audience)
        .map_err(|_| ApiError::from(Problem::UnknownWord.at("audience")))?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let row = find(&snapshot, "service_request", &call.service_request)?;
    let staff = audience == pb::Audience::Staff;
    let view = View::new(node, &snapshot, language);
    let mut entries = Vec::new();
    let mut state: Option<Request> = None;
    for recorded in snapshot.history(&row)? {
        let event = &recorded.event;
        // Folded once already: it follows.
        let after = Request::evolve(state.clone(), event).ok();
        let steps = after.iter().flat_map(|after| ledger::steps(state.as_ref(), after));
        let steps: Vec<_> = steps.map(promise_step).collect();
        // That a warning comes at another time is nothing to whoever asked.
        let is_told = !matches!(event.kind, Kind::PromisesRevised(_)) || !steps.is_empty();
        if staff || (is_told && is_public(&event.kind)) {
            let mut entry = entry(node, &recorded, language);
            depth::add(&mut entry, event, (state.as_ref(), &view, staff))?;
            depth::add_names(&mut entry, event, (state.as_ref(), &view))?;
            // What is taken apart again was told before.
            let entered = entered(state.as_ref(), after.as_ref());
            if let Some(programme) = entered.filter(|_| event.kind != Kind::Unmerged) {
                let of = (programme, event.meta.catalogue_version);
                entry.notice = words(&node.catalogues, &snapshot, of, language)?.notice;
            }
            entry.promise_steps = steps;
            entries.push(entry);
        }
        state = after;
    }
    survivor::add(&mut entries, node, (&view, &row), language)?;
    if staff {
        contacts::add(&mut entries, node, (&view, &row), language)?;
    }
    entries.sort_by_key(|it| it.position.as_ref().map(|it| it.sequence));
    let view = view.service_request(&row)?;
    Ok(pb::GetServiceRequestHistoryResponse {
        service_request: Some(view),
        entries,
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

fn promise_step(it: PromiseStep) -> pb::PromiseStep {
    let (change, from) = match it.change {
        PromiseChange::Set => (pb::PromiseChange::Set, None),
        PromiseChange::Revised { from } => (pb::PromiseChange::Revised, Some(from)),
        PromiseChange::Met => (pb::PromiseChange::Met, None),
        PromiseChange::Missed => (pb::PromiseChange::Missed, None),
        PromiseChange::Rescinded => (pb::PromiseChange::Rescinded, None),
    };
    pb::PromiseStep {
        kind: vocabulary::promise_kind::to_pb(it.kind).into(),
        cycle: it.cycle,
        change: change.into(),
        due_at: Some(time::to_pb(it.due_at)),
        due_before: from.map(time::to_pb),
    }
}

fn is_public(kind: &Kind) -> bool {
    match kind {
        // The words are among the entries, from the other request.
        Kind::FollowUpAdded(FollowUp::Internal | FollowUp::Shared)
        | Kind::DuplicateAdded(_)
        | Kind::DuplicateRemoved(_)
        | Kind::Related(_)
        | Kind::Unrelated(_)
        | Kind::PromiseWarned(_) => false,
        Kind::Opened(_)
        | Kind::Assigned(_)
        | Kind::PutOnHold(_)
        | Kind::Resumed(_)
        | Kind::FollowUpAdded(FollowUp::Public | FollowUp::FromCitizen)
        | Kind::Resolved
        | Kind::Reopened(_)
        | Kind::Cancelled
        | Kind::Reclassified(_)
        | Kind::Transferred(_)
        | Kind::ProgrammeEntered(_)
        | Kind::ProgrammeLeft(_)
        | Kind::Merged(_)
        | Kind::Unmerged
        | Kind::AttachmentAdded(_)
        | Kind::CataloguePublished(_)
        | Kind::CalendarPublished(_)
        | Kind::QuarantineReleased(_)
        | Kind::PromisesRevised(_)
        | Kind::Citizen(_)
        | Kind::Regime(_)
        | Kind::Level(..)
        | Kind::ContactRecorded(_)
        | Kind::PromiseBreached(_)
        | Kind::BreachWithdrawn(_) => true,
    }
}

fn entry(node: &Shared, recorded: &Recorded, language: Language) -> pb::HistoryEntry {
    let event = &recorded.event;
    let mut entry = pb::HistoryEntry {
        id: event.id.to_string(),
        kind: event.kind.name().to_owned(),
        occurred_at: Some(time::to_pb(event.meta.occurred_at)),
        approximate: event.meta.approximate,
        position: Some(pb::Position {
            recorded_at: Some(time::to_pb(recorded.recorded_at)),
            ..node.position(recorded.sequence)
        }),
        actor: label(event.meta.actor.as_ref()),
        channel: vocabulary::channel::to_pb(event.meta.channel).into(),
        text: event.personal.text.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        source_status: label(event.meta.source_status.as_ref()),
        summary: summary(&event.kind, language),
        due_at: due_at(&event.kind).map(time::to_pb),
        ..pb::HistoryEntry::default()
    };
    match &event.kind {
        Kind::Assigned(unit) => entry.unit = label(unit.as_ref()),
        Kind::Opened(opened) => entry.unit = label(opened.unit.as_ref()),
        Kind::Reclassified(it) => entry.unit = label(it.unit.as_ref()),
        Kind::Transferred(unit) => entry.unit = unit.to_string(),
        Kind::Merged(it) => entry.unit = label(it.unit.as_ref()),
        Kind::PutOnHold(reason) => {
            entry.hold_reason = vocabulary::hold_reason::to_pb(*reason).into();
        }
        Kind::FollowUpAdded(it) => {
            let (visibility, author) = vocabulary::follow_up::to_pb(*it);
            (entry.visibility, entry.author) = (visibility.into(), author.into());
        }
        Kind::Resumed(_)
        | Kind::Resolved
        | Kind::Reopened(_)
        | Kind::Cancelled
        | Kind::ProgrammeEntered(_)
        | Kind::ProgrammeLeft(_)
        | Kind::Unmerged
        | Kind::DuplicateAdded(_)
        | Kind::DuplicateRemoved(_)
        | Kind::Related(_)
        | Kind::Unrelated(_)
        | Kind::AttachmentAdded(_)
        | Kind::CataloguePublished(_)
        | Kind::CalendarPublished(_)
        | Kind::QuarantineReleased(_)
        | Kind::PromisesRevised(_)
        | Kind::Citizen(_)
        | Kind::Regime(_)
        | Kind::Level(..)
        | Kind::ContactRecorded(_)
        | Kind::PromiseWarned(_)
        | Kind::PromiseBreached(_)
        | Kind::BreachWithdrawn(_) => {}
    }
    entry
}

/// The programme in which the request comes to wait, of which the citizen is told once.
fn entered<'a>(before: Option<&Request>, after: Option<&'a Request>) -> Option<&'a Code> {
    let is_planned = |it: &Request| it.status == Status::Planned;
    let after = after.filter(|it| is_planned(it) && !before.is_some_and(is_planned));
    after.and_then(|it| it.programme.as_ref())
}

/// Of several terms the one that says until when the request is to be resolved, if there is one.
fn due_of(terms: &[Term]) -> Option<Timestamp> {
    let resolution = terms.iter().find(|it| it.kind == PromiseKind::Resolution);
    resolution.or(terms.first()).map(|it| it.due_at)
}

/// The due time that was set, moved, warned of or broken.
fn due_at(kind: &Kind) -> Option<Timestamp> {
    match kind.fact() {
        Some((_, fact)) => Some(fact.due_at),
        None => kind.terms().and_then(due_of),
    }
}

pub(super) fn summary(kind: &Kind, language: Language) -> String {
    let (french, english) = match kind {
        Kind::Opened(_) => ("Demande ouverte", "Request opened"),
        Kind::Assigned(_) => ("Prise en charge", "Assigned"),
        Kind::PutOnHold(HoldReason::Citizen) => {
            ("En attente d'une réponse du citoyen", "Waiting for the citizen")
        }
        Kind::PutOnHold(HoldReason::ThirdParty) => {
            ("En attente d'un tiers", "Waiting for a third party")
        }
        Kind::Resumed(_) => ("Attente terminée", "Resumed"),
        Kind::FollowUpAdded(FollowUp::Public) => ("Suivi", "Follow-up"),
        Kind::FollowUpAdded(FollowUp::Internal) => ("Suivi interne", "Internal follow-up"),
        Kind::FollowUpAdded(FollowUp::FromCitizen) => ("Message du citoyen", "Citizen's message"),
        Kind::FollowUpAdded(FollowUp::Shared) => {
            ("Suivi de la demande à laquelle elle est réunie", "Follow-up of the other request")
        }
        Kind::Resolved => ("Demande résolue", "Request resolved"),
        Kind::Reopened(_) => ("Demande rouverte", "Request reopened"),
        Kind::Cancelled => ("Demande annulée", "Request cancelled"),
        Kind::Reclassified(_) => ("Demande reclassée", "Request reclassified"),
        Kind::Transferred(_) => ("Confiée à une autre unité", "Passed on to another unit"),
        Kind::ProgrammeEntered(_) => {
            ("Inscrite à un programme d'intervention planifié", "Entered a planned programme")
        }
        Kind::ProgrammeLeft(_) => ("Retirée de son programme", "Left its programme"),
        Kind::Merged(_) => ("Réunie à une autre demande", "Merged into another request"),
        Kind::Unmerged => ("Séparée de l'autre demande", "Taken apart from the other request"),
        Kind::DuplicateAdded(_) => ("Un doublon y est réuni", "A duplicate was merged into it"),
        Kind::DuplicateRemoved(_) => ("Un doublon en est séparé", "A duplicate was taken apart"),
        Kind::Related(_) => ("Reliée à une autre demande", "Related to another request"),
        Kind::Unrelated(_) => ("Lien retiré", "Relation removed"),
        Kind::AttachmentAdded(_) => ("Pièce jointe", "Attachment"),
        Kind::CataloguePublished(_) => ("Catalogue publié", "Catalogue published"),
        Kind::CalendarPublished(_) => ("Calendrier publié", "Calendar published"),
        Kind::QuarantineReleased(_) => ("Événement abandonné", "Event given up"),
        Kind::PromisesRevised(it) => return revised(it.cause, language),
        Kind::Regime(_) => ("Régime", "Regime"),
        Kind::Citizen(_) => ("Dossier du citoyen", "Citizen's record"),
        Kind::ContactRecorded(_) => ("Contact", "Contact"),
        Kind::PromiseWarned(_) => ("Échéance proche", "Promise about to be broken"),
        Kind::PromiseBreached(_) => ("Échéance dépassée", "Promise broken"),
        Kind::BreachWithdrawn(_) => ("Dépassement retiré", "Breach withdrawn"),
        Kind::Level(LevelFactKind::Breached, _) => ("Niveau manqué", "Level missed"),
        Kind::Level(LevelFactKind::Restored, _) => ("Niveau rétabli", "Level restored"),
    };
    choose(language, french, english).to_owned()
}

fn revised(cause: RevisionCause, language: Language) -> String {
    match cause {
        RevisionCause::Calendar(version) => choose(
            language,
            format!("Échéance recomptée : calendrier de la ville, version {version}"),
            format!("Due time counted again: the city's calendar, version {version}"),
        ),
        RevisionCause::Regime => choose(
            language,
            "Échéance recomptée : régime d'exception".to_owned(),
            "Due time counted again: exceptional regime".to_owned(),
        ),
    }
}
