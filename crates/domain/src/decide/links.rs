//! Links between requests, and attachments.

use super::{Change, LinkRejection, Rejection};
use crate::request::{Duplicate, MergedInto, Relation};
use crate::{Kind, Request, RequestId};

/// The event of a change of links; other changes are none of its business.
pub(super) fn change(request: &Request, change: &Change) -> Result<Kind, Rejection> {
    match change {
        Change::Merge(merged) => merge(request, merged),
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

fn merge(request: &Request, merged: &MergedInto) -> Result<Kind, Rejection> {
    not_itself(request, merged.into)?;
    if request.merged.is_some() {
        return Err(LinkRejection::Merged.into());
    }
    if !request.duplicates.is_empty() {
        return Err(LinkRejection::HasDuplicates.into());
    }
    if !request.status.is_active() {
        return Err(Rejection::Status(request.status));
    }
    if !merged.status.is_active() {
        return Err(Rejection::Status(merged.status));
    }
    Ok(Kind::Merged(Box::new(merged.clone())))
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
    room(request.relations.len())?;
    Ok(Kind::Related(relation))
}

fn unrelate(request: &Request, other: RequestId) -> Result<Kind, Rejection> {
    if request.relations.iter().any(|it| it.request == other) {
        Ok(Kind::Unrelated(other))
    } else {
        Err(LinkRejection::NotRelated.into())
    }
}
