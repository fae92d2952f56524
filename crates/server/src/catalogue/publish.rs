//! Publishing a version of the catalogue.

use super::service::version_view;
use super::{BYTES_MAX, CatalogueProblem};
use crate::commit::Decision;
use crate::error::{ApiError, Problem, Violation};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{Snapshot, Subject};
use beffroi_domain::catalogue::Catalogue;
use beffroi_domain::{
    About, CataloguePublished, Channel, Event, EventId, Kind, Label, Meta, Origin, Personal,
    PersonalData, Reference, Timestamp,
};
use beffroi_wire::pb::catalogue::v1 as pb;
use std::collections::BTreeSet;

struct Publication {
    id: EventId,
    catalogue: Catalogue,
    actor: Option<Label>,
    at: Timestamp,
}

pub(super) async fn publish(
    node: &Shared,
    message: pb::PublishCatalogueRequest,
) -> Result<pb::PublishCatalogueResponse, ApiError> {
    let publication = parse(node, message)?;
    let uuid = publication.id.uuid();
    let (version, sequence) = node
        .committer
        .commit(BTreeSet::from([subject(&publication)]), |snapshot: &Snapshot| {
            let now = snapshot.checkpoint().sequence;
            let last = snapshot.catalogue_version()?;
            if let Some(version) = published_before(snapshot, uuid)? {
                return Ok(Decision::Done((version, now)));
            }
            let in_force = node.catalogues.in_force(snapshot)?;
            if in_force.is_some_and(|it| *it.catalogue == publication.catalogue) {
                return Ok(Decision::Done((last, now)));
            }
            Ok(Decision::Record(vec![publication.event(last + 1)]))
        })
        .await?;
    let snapshot = node.projections.snapshot()?;
    let row = snapshot.catalogue_row(version)?;
    Ok(pb::PublishCatalogueResponse {
        version: row.map(|row| version_view(version, &row)),
        position: Some(node.position(sequence)),
    })
}

/// Where a city's catalogue lies on the log.
fn subject(publication: &Publication) -> Subject {
    Subject::of(&publication.event(0))
}

/// The version that a publication made when it was sent before. There are few versions.
fn published_before(snapshot: &Snapshot, id: uuid::Uuid) -> Result<Option<u64>, ApiError> {
    let versions = snapshot.catalogues_before(u64::MAX, usize::MAX)?;
    Ok(versions.into_iter().find(|(_, row)| row.id == id).map(|(version, _)| version))
}

impl Publication {
    fn event(&self, version: u64) -> Event {
        let published = CataloguePublished { version, catalogue: self.catalogue.clone() };
        Event {
            id: self.id,
            about: About::Reference(Reference::Catalogue),
            meta: Meta {
                occurred_at: self.at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: Channel::System,
                causation: None,
                correlation: None,
                catalogue_version: version,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::CataloguePublished(Box::new(published)),
        }
    }
}

fn parse(
    node: &Shared,
    message: pb::PublishCatalogueRequest,
) -> Result<Publication, Vec<Violation>> {
    let mut fields = Fields::default();
    let id = crate::intake::event_id(&mut fields, "publication_id", &message.publication_id);
    let actor = fields.optional_label("actor", &message.actor);
    let catalogue = match message.catalogue {
        None => {
            fields.wrong("catalogue", Problem::Missing);
            None
        }
        Some(it) => {
            let found = beffroi_wire::catalogue::encoded_len(&it);
            if found > BYTES_MAX {
                let (found, max) = (found as u64, BYTES_MAX as u64);
                fields.wrong("catalogue", Problem::TooBig { found, max });
                None
            } else {
                checked(&mut fields, it)
            }
        }
    };
    let parsed = (|| {
        Some(Publication { id: id?, catalogue: catalogue?, actor: actor?, at: node.clock.now() })
    })();
    fields.finish(parsed)
}

fn checked(fields: &mut Fields, it: beffroi_wire::pb::event::v1::Catalogue) -> Option<Catalogue> {
    match beffroi_wire::catalogue::from_pb(it) {
        Ok(catalogue) => Some(catalogue),
        Err(defects) => {
            for defect in defects.into_iter().take(100) {
                let problem = CatalogueProblem::Defect(Box::new(defect));
                fields.wrong("catalogue", Problem::Catalogue(problem));
            }
            None
        }
    }
}
