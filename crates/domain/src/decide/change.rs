//! Changing a request that exists.

use super::{Change, Command, Reclassify, Rejection, links};
use crate::city::Asked;
use crate::{
    City, FollowUp, Kind, Origin, OutOfCalendar, Reclassified, Request, Status, Term, Timestamp,
    Verdict,
};

const DAY_MICROS: i64 = 86_400_000_000;

/// The event of a change, whatever its date, duplicates or not.
pub(super) fn change(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    let status = request.status;
    let planned = status == Status::Planned;
    match &command.change {
        Change::Open(_) => Err(Rejection::Exists),
        // The citizen was told once: a planned request gets no follow-up towards them.
        Change::FollowUp(FollowUp::Public) if planned => Err(Rejection::PlannedFollowUp),
        Change::FollowUp(it) => Ok(Kind::FollowUpAdded(*it)),
        Change::Assign(unit) if request.is_in_hand() => Ok(Kind::Assigned(unit.clone())),
        Change::PutOnHold(reason) if request.is_in_hand() => Ok(Kind::PutOnHold(*reason)),
        Change::Resume if status == Status::OnHold => resume(city, request, command),
        Change::Resolve if status.is_active() => Ok(Kind::Resolved),
        Change::Cancel if status.is_active() => Ok(Kind::Cancelled),
        Change::Reopen if status == Status::Resolved => reopen(city, request, command),
        Change::Reclassify(to) if status.is_active() => reclassify(city, request, to),
        Change::Transfer(unit) if status.is_active() => Ok(Kind::Transferred(unit.clone())),
        Change::EnterProgramme(programme) if status.is_active() && !planned => {
            Ok(Kind::ProgrammeEntered(programme.clone()))
        }
        Change::LeaveProgramme if planned => leave_programme(city, request, command),
        Change::Assign(_)
        | Change::PutOnHold(_)
        | Change::Resume
        | Change::Resolve
        | Change::Reopen
        | Change::Cancel
        | Change::Reclassify(_)
        | Change::Transfer(_)
        | Change::EnterProgramme(_)
        | Change::LeaveProgramme => Err(Rejection::Status(status)),
        Change::Merge(_)
        | Change::Unmerge
        | Change::AddDuplicate(_)
        | Change::RemoveDuplicate(_)
        | Change::Relate(_)
        | Change::Unrelate(_)
        | Change::Attach(_) => links::change(city, request, command),
    }
}

/// The event by which a duplicate follows the request it was merged into.
pub(super) fn follow(
    city: &City,
    duplicate: &Request,
    command: &Command,
) -> Result<Kind, Rejection> {
    if matches!(command.change, Change::Reopen) && duplicate.status == Status::Resolved {
        // The other request's product has said how late is too late.
        return reopened(city, duplicate, command);
    }
    change(city, duplicate, command)
}

fn resume(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    Ok(Kind::Resumed(after_wait(city, request, command.occurred_at)?))
}

/// The terms of what is still promised once a wait ends.
pub(super) fn after_wait(
    city: &City,
    request: &Request,
    ended: Timestamp,
) -> Result<Vec<Term>, OutOfCalendar> {
    let wait = Some((request.status_changed_at, ended));
    let waited = pending(request).filter(|it| it.kind.pauses());
    waited.map(|term| city.recount(request, term, wait)).collect()
}

fn pending(request: &Request) -> impl Iterator<Item = &Term> {
    request.promises.iter().filter(|it| it.verdict == Verdict::Pending).map(|it| &it.term)
}

fn reopen(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    let within = request.entry.as_ref().and_then(|it| it.reopen_within_days);
    if let Some((days, ended)) = within.zip(request.resolved_at)
        && (days == 0
            || command.occurred_at > ended.saturating_add_micros(i64::from(days) * DAY_MICROS))
    {
        return Err(Rejection::ReopenTooLate(days));
    }
    reopened(city, request, command)
}

fn reopened(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    if (request.origin, command.origin) == (Origin::Imported, Origin::Imported) {
        // What the source promised stands, whatever it does in between.
        let promise = request.promises.last().filter(|it| it.cycle == request.cycle);
        return Ok(Kind::Reopened(promise.map(|it| it.term.clone()).into_iter().collect()));
    }
    Ok(Kind::Reopened(new_cycle(city, request, command.occurred_at)?))
}

fn leave_programme(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    Ok(Kind::ProgrammeLeft(new_cycle(city, request, command.occurred_at)?))
}

fn new_cycle(city: &City, request: &Request, from: Timestamp) -> Result<Vec<Term>, OutOfCalendar> {
    match request.origin {
        Origin::Imported => Ok(Vec::new()),
        Origin::Live => {
            let asked = Asked {
                product: &request.product,
                nature: request.nature,
                channel: request.channel,
                entry: request.entry.as_ref(),
            };
            let terms = city.terms(&asked, from, &[])?;
            Ok(terms.into_iter().filter(|it| it.kind.recurs()).collect())
        }
    }
}

/// What is promised for the new product counts from the reception, with the waits there were.
fn reclassify(city: &City, request: &Request, to: &Reclassify) -> Result<Kind, Rejection> {
    let planned = request.status == Status::Planned || to.programme.is_some();
    let nature = to.nature.unwrap_or(request.nature);
    let terms = match request.origin {
        Origin::Live if !planned => {
            let entry = to.entry.as_ref();
            let asked = Asked { product: &to.product, nature, channel: request.channel, entry };
            let mut terms = city.terms(&asked, request.cycle_started_at, &request.waits())?;
            terms.retain(|it| request.cycle == 1 || it.kind.recurs());
            terms
        }
        // What another system promised is kept as it was.
        Origin::Imported if !planned => pending(request).cloned().collect(),
        Origin::Live | Origin::Imported => Vec::new(),
    };
    Ok(Kind::Reclassified(Box::new(Reclassified {
        product: to.product.clone(),
        precision: to.precision.clone(),
        nature,
        urgency: to.urgency.unwrap_or(request.urgency),
        entry: to.entry.clone(),
        unit: to.unit.clone(),
        programme: to.programme.clone().filter(|_| request.status != Status::Planned),
        terms,
    })))
}
