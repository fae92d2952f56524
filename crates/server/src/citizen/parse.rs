//! Parsing the calls of the citizen service.

use super::Writer;
use super::merge::Asked as Merge;
use super::save::Asked;
use crate::error::{Problem, Violation};
use crate::parse::Fields;
use beffroi_domain::{
    Channel, Citizen, CitizenId, EventId, Identifier, IdentifierKind, Language, Personal,
};
use beffroi_wire::pb::citizen::v1 as pb;
use beffroi_wire::vocabulary;
use pb::identifier::Identifier as Wire;

const NAME_MAX: usize = 200;

pub(super) fn save(call: &pb::SaveCitizenRequest) -> Result<Asked, Vec<Violation>> {
    let mut fields = Fields::default();
    let id: Option<EventId> = fields.id("save_id", &call.save_id);
    let citizen = fields.citizen("citizen_id", &call.citizen_id);
    let add = identifiers(&mut fields, "add", &call.add);
    let withdraw = identifiers(&mut fields, "withdraw", &call.withdraw);
    if call.citizen_id.trim().is_empty() && call.add.is_empty() && call.withdraw.is_empty() {
        fields.wrong("citizen_id", Problem::Missing);
    }
    let language = language(&mut fields, call.language);
    let name = fields.text("name", &call.name, NAME_MAX);
    let channel = vocabulary::channel::from_pb(call.channel);
    let channel = fields.word("channel", call.channel, channel);
    let actor = fields.optional_label("actor", &call.actor);
    let parsed = (|| {
        Some(Asked {
            id: id?,
            citizen: citizen?,
            add: add?,
            withdraw: withdraw?,
            language: language?,
            name: Personal(name?),
            writer: Writer { actor: actor?, channel: channel? },
        })
    })();
    fields.finish(parsed)
}

pub(super) fn merge(call: &pb::MergeCitizensRequest) -> Result<(Merge, CitizenId), Vec<Violation>> {
    let mut fields = Fields::default();
    let into = fields.id("into", &call.into);
    let ids = ("merge_id", call.merge_id.as_str(), call.citizen_id.as_str());
    let asked = asked(&mut fields, ids, &call.actor);
    fields.finish(asked.zip(into))
}

pub(super) fn unmerge(call: &pb::UnmergeCitizenRequest) -> Result<Merge, Vec<Violation>> {
    let mut fields = Fields::default();
    let ids = ("unmerge_id", call.unmerge_id.as_str(), call.citizen_id.as_str());
    let asked = asked(&mut fields, ids, &call.actor);
    fields.finish(asked)
}

fn asked(
    fields: &mut Fields,
    (field, id, citizen): (&str, &str, &str),
    actor: &str,
) -> Option<Merge> {
    let id = fields.id(field, id);
    let citizen = fields.id("citizen_id", citizen);
    let actor = fields.optional_label("actor", actor);
    let writer = Writer { actor: actor?, channel: Channel::Unknown };
    Some(Merge { id: id?, citizen: citizen?, writer })
}

fn language(fields: &mut Fields, number: i32) -> Option<Option<Language>> {
    if number == 0 {
        return Some(None);
    }
    fields.word("language", number, vocabulary::language::from_pb(number)).map(Some)
}

fn identifiers(
    fields: &mut Fields,
    field: &str,
    wire: &[pb::Identifier],
) -> Option<Vec<Identifier>> {
    let max = Citizen::IDENTIFIERS_MAX;
    if wire.len() > max {
        fields.wrong(field, Problem::TooMany { found: wire.len(), max });
        return None;
    }
    let numbered = wire.iter().enumerate();
    // Every wrong one is named, not only the first.
    let parsed: Vec<Option<Identifier>> =
        numbered.map(|(at, it)| identifier(fields, &format!("{field}[{at}]"), Some(it))).collect();
    parsed.into_iter().collect()
}

/// An identifier, of which one kind must be given.
pub(super) fn identifier(
    fields: &mut Fields,
    field: &str,
    wire: Option<&pb::Identifier>,
) -> Option<Identifier> {
    let Some(wire) = wire.and_then(|it| it.identifier.as_ref()) else {
        fields.wrong(field, Problem::Missing);
        return None;
    };
    let (kind, text) = match wire {
        Wire::Telephone(text) => (IdentifierKind::Telephone, text),
        Wire::Email(text) => (IdentifierKind::Email, text),
        Wire::AppAccount(text) => (IdentifierKind::AppAccount, text),
    };
    fields.identifier(&format!("{field}.{}", kind.name()), kind, text)
}
