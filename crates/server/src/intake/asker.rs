//! Who asks: the citizen who is found by the contact details of an opening or of a contact.

use super::Asked;
use crate::citizen::{self, Save, find};
use crate::error::{ApiError, CitizenError, Problem};
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{
    Change, CitizenId, EventId, Identifier, IdentifierKind, Language, Personal, PersonalData,
    RequestId,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;

const NAME_MAX: usize = 200;

/// What an opening says of its asker, besides an id.
#[derive(Debug, Default)]
pub(super) struct Asker {
    /// By telephone, by e-mail, by account.
    identifiers: Vec<Identifier>,
    /// A record is made when nobody is found.
    register: bool,
    /// What they want to be answered in, if they have said so.
    language: Option<Language>,
}

impl Asker {
    /// Parses the contact details: what is found by them, and what is kept of them, sealed.
    pub(super) fn parse(
        fields: &mut Fields,
        message: &pb::OpenServiceRequestRequest,
    ) -> Option<(Self, PersonalData)> {
        let (identifiers, personal) = details(fields, message.contact_details.as_ref())?;
        if message.register_citizen && identifiers.is_empty() {
            fields.wrong("contact_details", Problem::Missing);
        }
        let language = vocabulary::language::from_pb(message.language);
        let language = language.filter(|_| message.language != 0);
        Some((Self { identifiers, register: message.register_citizen, language }, personal))
    }
}

/// Parses contact details: the identifiers among them, and what is kept of them, sealed.
pub(super) fn details(
    fields: &mut Fields,
    message: Option<&pb::ContactDetails>,
) -> Option<(Vec<Identifier>, PersonalData)> {
    let details = message.cloned().unwrap_or_default();
    let name = fields.text("contact_details.name", &details.name, NAME_MAX);
    let mut contact = |kind: IdentifierKind, text: &str| {
        if text.trim().is_empty() {
            return Some((None, None));
        }
        let field = format!("contact_details.{}", kind.name());
        let identifier = fields.identifier(&field, kind, text)?;
        Some((Some(identifier), fields.text(&field, text, Identifier::MAX)?))
    };
    let telephone = contact(IdentifierKind::Telephone, &details.telephone);
    let email = contact(IdentifierKind::Email, &details.email);
    let account = contact(IdentifierKind::AppAccount, &details.app_account);
    let (telephone, email, account) = (telephone?, email?, account?);
    let identifiers = [telephone.0, email.0, account.0].into_iter().flatten().collect();
    let personal = PersonalData {
        name: name?,
        telephone: telephone.1,
        email: email.1,
        app_account: account.1,
        ..PersonalData::default()
    };
    Some((identifiers, personal))
}

/// The identifiers among contact details that are right; the others are passed over.
pub(super) fn right_ones(message: Option<&pb::ContactDetails>) -> Vec<Identifier> {
    let details = message.cloned().unwrap_or_default();
    let told = [
        (IdentifierKind::Telephone, details.telephone),
        (IdentifierKind::Email, details.email),
        (IdentifierKind::AppAccount, details.app_account),
    ];
    told.iter().filter_map(|(kind, text)| Identifier::parse(*kind, text).ok()).collect()
}

/// Names the asker in an opening that does not, if they are found or are to be registered. Gives
/// the others who are found by the contact details.
pub(super) async fn identify(
    node: &Shared,
    request: RequestId,
    asked: &mut Asked,
    asker: &Asker,
) -> Result<Vec<CitizenId>, ApiError> {
    let mut found = found(node, &asker.identifiers)?;
    let Change::Open(open) = &asked.change else { return Ok(found) };
    let named = open.citizen;
    let snapshot = node.projections.snapshot()?;
    // An opening that is sent again keeps its asker, whoever is found today.
    if let Some(row) = snapshot.request(request)? {
        return except(&snapshot, found, row.request.citizen);
    }
    if let Some(named) = named {
        return except(&snapshot, found, Some(named));
    }
    if found.is_empty() && asker.register {
        found = register(node, request, asked, asker).await?;
    }
    let first = found.first().copied();
    if let Change::Open(open) = &mut asked.change {
        open.citizen = first;
    }
    except(&snapshot, found, first)
}

/// Those who are not the same person as `citizen`.
fn except(
    snapshot: &Snapshot,
    mut found: Vec<CitizenId>,
    citizen: Option<CitizenId>,
) -> Result<Vec<CitizenId>, ApiError> {
    if let Some(citizen) = citizen {
        let root = snapshot.root(citizen)?;
        found.retain(|it| *it != root);
    }
    Ok(found)
}

/// Everyone who is found, in the order of what they are found by.
pub(super) fn found(node: &Shared, identifiers: &[Identifier]) -> Result<Vec<CitizenId>, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let mut citizens = Vec::new();
    for identifier in identifiers {
        if let Some(citizen) = find(node, &snapshot, identifier)?
            && !citizens.contains(&citizen)
        {
            citizens.push(citizen);
        }
    }
    Ok(citizens)
}

async fn register(
    node: &Shared,
    request: RequestId,
    asked: &Asked,
    asker: &Asker,
) -> Result<Vec<CitizenId>, ApiError> {
    let save = Save {
        id: EventId::new(request.derive("citizen")).map_err(|_| ApiError::Task)?,
        citizen: None,
        add: asker.identifiers.clone(),
        withdraw: Vec::new(),
        language: asker.language,
        name: Personal(asked.personal.name.clone()),
        writer: citizen::Writer { actor: asked.actor.clone(), channel: asked.channel },
    };
    match citizen::save(node, &save).await {
        Ok(citizen) => Ok(vec![citizen]),
        // Somebody else has registered a part of it meanwhile: they are found now.
        Err(ApiError::Citizen(CitizenError::Taken { .. })) => found(node, &asker.identifiers),
        Err(error) => Err(error),
    }
}
