//! `citizen find`, `save`, `merge` and `unmerge`: citizens' records.

use beffroi_wire::pb::citizen::v1 as pb;
use beffroi_wire::pb::query::v1::{Citizen, Position};
use pb::identifier::Identifier as Kind;
use uuid::Uuid;

use super::{id_or_new, language};
use crate::cli::{CitizenCommand, FindArgs, MergeRecordArgs, SaveArgs, UnmergeRecordArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::{CitizenWrite, RecordAnswer};

/// Runs a command on citizens' records.
pub(crate) async fn run(
    mut client: Client,
    command: CitizenCommand,
    console: Console,
) -> Result<Exit, Failure> {
    let (write, citizen, position) = match command {
        CitizenCommand::Find(args) => find(&mut client, args).await?,
        CitizenCommand::Save(args) => save(&mut client, *args).await?,
        CitizenCommand::Merge(args) => merge(&mut client, args).await?,
        CitizenCommand::Unmerge(args) => unmerge(&mut client, args).await?,
    };
    let citizen = citizen.unwrap_or_default();
    let view =
        RecordAnswer { write, citizen: citizen.clone().into(), position: position.map(Into::into) };
    console.answer(&view, |reader| render::synthesis(&citizen, reader))?;
    Ok(Exit::Done)
}

type Answer = (Option<CitizenWrite>, Option<Citizen>, Option<Position>);

async fn find(client: &mut Client, args: FindArgs) -> Result<Answer, Failure> {
    let telephone = args.telephone.map(Kind::Telephone);
    let email = args.email.map(Kind::Email);
    let kind = telephone.or(email).or(args.app_account.map(Kind::AppAccount));
    let identifier = Some(pb::Identifier { identifier: kind });
    let call = pb::FindCitizenRequest { identifier, min_position: None };
    let answer = client.citizen.find_citizen(call).await?.into_inner();
    Ok((None, answer.citizen, answer.position))
}

async fn save(client: &mut Client, args: SaveArgs) -> Result<Answer, Failure> {
    let id = id_or_new(args.common.id);
    let call = pb::SaveCitizenRequest {
        save_id: id.to_string(),
        citizen_id: text(args.citizen),
        add: identifiers(args.telephone, args.email, args.app_account),
        withdraw: identifiers(
            args.withdraw_telephone,
            args.withdraw_email,
            args.withdraw_app_account,
        ),
        language: language(args.language),
        name: args.name.unwrap_or_default(),
        channel: args.channel.unwrap_or_default().into(),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.citizen.save_citizen(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    Ok((Some(CitizenWrite::Save(id.to_string())), answer.citizen, answer.position))
}

async fn merge(client: &mut Client, args: MergeRecordArgs) -> Result<Answer, Failure> {
    let id = id_or_new(args.common.id);
    let call = pb::MergeCitizensRequest {
        merge_id: id.to_string(),
        citizen_id: args.citizen.to_string(),
        into: args.into.to_string(),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.citizen.merge_citizens(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    Ok((Some(CitizenWrite::Merge(id.to_string())), answer.citizen, answer.position))
}

async fn unmerge(client: &mut Client, args: UnmergeRecordArgs) -> Result<Answer, Failure> {
    let id = id_or_new(args.common.id);
    let call = pb::UnmergeCitizenRequest {
        unmerge_id: id.to_string(),
        citizen_id: args.citizen.to_string(),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.citizen.unmerge_citizen(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    Ok((Some(CitizenWrite::Unmerge(id.to_string())), answer.citizen, answer.position))
}

fn text(id: Option<Uuid>) -> String {
    id.map(|it| it.to_string()).unwrap_or_default()
}

fn identifiers(
    telephones: Vec<String>,
    emails: Vec<String>,
    accounts: Vec<String>,
) -> Vec<pb::Identifier> {
    let telephones = telephones.into_iter().map(Kind::Telephone);
    let emails = emails.into_iter().map(Kind::Email);
    let accounts = accounts.into_iter().map(Kind::AppAccount);
    let kinds = telephones.chain(emails).chain(accounts);
    kinds.map(|kind| pb::Identifier { identifier: Some(kind) }).collect()
}
