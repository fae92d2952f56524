//! What happens to citizens' records, on the wire.

use super::decode::{Error, required_citizen, word, wrong};
use super::encode::uuid;
use crate::pb::event::v1 as pb;
use crate::vocabulary;
use beffroi_domain::{CitizenFact, CitizenId, CitizenSaved, IdentifierHash, KeyId, Language};
use bytes::Bytes;
use pb::event::Kind as Wire;

pub(super) fn encode(fact: &CitizenFact) -> Wire {
    let id = |it: &CitizenId| uuid(it.uuid());
    match fact {
        CitizenFact::Saved(saved) => Wire::CitizenSaved(pb::CitizenSaved {
            language: saved.language.map(vocabulary::language::to_pb).unwrap_or_default().into(),
        }),
        CitizenFact::Merged { into } => Wire::CitizenMerged(pb::CitizenMerged { into: id(into) }),
        CitizenFact::Absorbed { citizen } => {
            Wire::CitizenAbsorbed(pb::CitizenAbsorbed { citizen_id: id(citizen) })
        }
        CitizenFact::Unmerged { from } => {
            Wire::CitizenUnmerged(pb::CitizenUnmerged { from: id(from) })
        }
        CitizenFact::Released { citizen } => {
            Wire::CitizenReleased(pb::CitizenReleased { citizen_id: id(citizen) })
        }
    }
}

/// What of a fact belongs in the sealed part: by what the citizen is found.
pub(super) fn seal(fact: &CitizenFact, sealed: &mut pb::PersonalData) {
    if let CitizenFact::Saved(saved) = fact {
        sealed.identifiers_added = saved.added.iter().map(hash).collect();
        sealed.identifiers_withdrawn = saved.withdrawn.iter().map(hash).collect();
    }
}

pub(super) fn saved(it: pb::CitizenSaved, sealed: &pb::PersonalData) -> Result<CitizenFact, Error> {
    Ok(CitizenFact::Saved(CitizenSaved {
        added: sealed.identifiers_added.iter().map(unhash).collect::<Result<_, _>>()?,
        withdrawn: sealed.identifiers_withdrawn.iter().map(unhash).collect::<Result<_, _>>()?,
        language: optional_language(it.language)?,
    }))
}

pub(super) fn merged(it: &pb::CitizenMerged) -> Result<CitizenFact, Error> {
    Ok(CitizenFact::Merged { into: required_citizen("into", &it.into)? })
}

pub(super) fn absorbed(it: &pb::CitizenAbsorbed) -> Result<CitizenFact, Error> {
    Ok(CitizenFact::Absorbed { citizen: required_citizen("citizen_id", &it.citizen_id)? })
}

pub(super) fn unmerged(it: &pb::CitizenUnmerged) -> Result<CitizenFact, Error> {
    Ok(CitizenFact::Unmerged { from: required_citizen("from", &it.from)? })
}

pub(super) fn released(it: &pb::CitizenReleased) -> Result<CitizenFact, Error> {
    Ok(CitizenFact::Released { citizen: required_citizen("citizen_id", &it.citizen_id)? })
}

fn optional_language(number: i32) -> Result<Option<Language>, Error> {
    if number == 0 {
        return Ok(None);
    }
    word("language", vocabulary::language::from_pb(number)).map(Some)
}

fn hash(it: &IdentifierHash) -> pb::IdentifierHash {
    pb::IdentifierHash {
        kind: vocabulary::identifier_kind::to_pb(it.kind).into(),
        key_id: Bytes::copy_from_slice(&it.key_id.0),
        digest: Bytes::copy_from_slice(&it.digest),
    }
}

fn unhash(it: &pb::IdentifierHash) -> Result<IdentifierHash, Error> {
    let key_id = it.key_id.as_ref().try_into();
    let digest = it.digest.as_ref().try_into();
    Ok(IdentifierHash {
        kind: word("identifier.kind", vocabulary::identifier_kind::from_pb(it.kind))?,
        key_id: KeyId(key_id.map_err(|_| wrong("identifier.key_id", "not 8 bytes"))?),
        digest: digest.map_err(|_| wrong("identifier.digest", "not 32 bytes"))?,
    })
}
