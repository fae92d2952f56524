//! Links between requests, and attachments.

use super::change::after_wait;
use super::{Change, Command, LinkRejection, Merge, Rejection};
use crate::request::{Duplicate, MergedInto, Relation};
use crate::{City, Kind, Request, RequestId, Status};

/// The event of a change of links; other changes are none of its business.
pub(super) fn change(city: &City, request: &Request, command: &Command) -> Result<Kind, Rejection> {
    match &command.change {
        Change::Merge(into) => merge(city, request, (into, command)),
        Change::Unmerge if request.merged.is_some() => Ok(Kind::Unmerged),
        Change::AddDuplicate(duplicate) => add_duplicate(request, *duplicate),
        Change::RemoveDuplicate(other) => remove_duplicate(request, *other),
        Change::Relate(relation) => relate(request, *relation),
        Change::Unrelate(other) => unrelate(request, *other),
        Change::Attach(attachment) => {
            room(request.attachments.len())?;
            Ok(Kind::AttachmentAdded(attachment.clone()))
        }
        Change::Unmerge => Err(LinkRejection::NotMerged.into()),
        Change::Open(_)
        | Change::Assign(_)
        | Change::PutOnHold(_)
        | Change::Resume
        | Change::FollowUp(_)
        | Change::Resolve
        | Change::Reopen
        | Change::Cancel
        | Change::Reclassify(_)
        | Change::Transfer(_)
        | Change::EnterProgramme(_)
        | Change::LeaveProgramme => Err(Rejection::Status(request.status)),
    }
}

fn room(taken: usize) -> Result<(), LinkRejection> {
    if taken < Request::LINKS_MAX { Ok(()) } else { Err(LinkRejection::TooMany) }
}

fn not_itself(request: &Request, other: RequestId) -> Result<(), LinkRejection> {
    if request.id == other { Err(LinkRejection::Itself) } else { Ok(()) }
}

fn merge(
    city: &City,
    request: &Request,
    (survivor, command): (&Merge, &Command),
) -> Result<Kind, Rejection> {
    not_itself(request, survivor.into)?;
    if request.merged.is_some() {
        return Err(LinkRejection::Merged.into());
    }
    if !request.duplicates.is_empty() {
        return Err(LinkRejection::HasDuplicates.into());
    }
    if !request.status.is_active() {
        return Err(Rejection::Status(request.status));
    }
    if !survivor.status.is_active() {
        return Err(Rejection::Status(survivor.status));
    }
    let Merge { into, status, unit, programme } = survivor.clone();
    let ends_wait = request.status == Status::OnHold
        && matches!(survivor.status, Status::Open | Status::Assigned);
    let terms =
        if ends_wait { after_wait(city, request, command.occurred_at)? } else { Vec::new() };
    Ok(Kind::Merged(Box::new(MergedInto { into, status, unit, programme, terms })))
}

fn add_duplicate(request: &Request, duplicate: Duplicate) -> Result<Kind, Rejection> {
    not_itself(request, duplicate.request)?;
    if request.merged.is_some() {
        return Err(LinkRejection::Merged.into());
    }
    if !request.status.is_active() {
        return Err(Rejection::Status(request.status));
    }
    room(request.duplicates.len())?;
    Ok(Kind::DuplicateAdded(duplicate))
}

fn remove_duplicate(request: &Request, other: RequestId) -> Result<Kind, Rejection> {
    if request.duplicates.iter().any(|it| it.request == other) {
        Ok(Kind::DuplicateRemoved(other))
    } else {
        Err(LinkRejection::NotMerged.into())
    }
}

fn relate(request: &Request, relation: Relation) -> Result<Kind, Rejection> {
    not_itself(request, relation.request)?;
    // A new relation to the same request replaces the one there was.
    let others = request.relations.iter().filter(|it| it.request != relation.request);
    room(others.count())?;
    Ok(Kind::Related(relation))
}

fn unrelate(request: &Request, other: RequestId) -> Result<Kind, Rejection> {
    if request.relations.iter().any(|it| it.request == other) {
        Ok(Kind::Unrelated(other))
    } else {
        Err(LinkRejection::NotRelated.into())
    }
}
