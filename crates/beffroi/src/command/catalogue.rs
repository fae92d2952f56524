//! `catalogue`: what citizens can ask for.

use beffroi_wire::pb::catalogue::v1::{
    GetNextQuestionsRequest, ListCatalogueVersionsRequest, PublishCatalogueRequest,
    SearchProductsRequest,
};

use super::{id_or_new, page_size};
use crate::answers;
use crate::cli::{AnswersArgs, Catalogue, CatalogueArgs};
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::{HitsAnswer, QuestionsAnswer, VersionView, VersionsAnswer};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: CatalogueArgs,
    console: Console,
) -> Result<Exit, Failure> {
    match args.catalogue {
        Catalogue::Publish { source, actor, id } => {
            let id = id_or_new(id);
            let catalogue = crate::catalogue::read(&source, console)?;
            let call = PublishCatalogueRequest {
                publication_id: id.to_string(),
                catalogue: Some(catalogue),
                actor: actor.unwrap_or_default(),
            };
            let answer = client.catalogue.publish_catalogue(call).await;
            let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
            let version = answer.version.unwrap_or_default();
            let view = VersionView::from(version.clone());
            console.answer(&view, |lang| render::catalogue_versions(&[version], lang))?;
        }
        Catalogue::Versions { limit } => {
            let call = ListCatalogueVersionsRequest {
                page_size: page_size(limit),
                ..ListCatalogueVersionsRequest::default()
            };
            let answer = client.catalogue.list_catalogue_versions(call).await?.into_inner();
            let versions = answer.versions.clone();
            let view = VersionsAnswer::from(answer);
            console.answer(&view, |lang| render::catalogue_versions(&versions, lang))?;
        }
        Catalogue::Search { words, limit } => {
            let call = SearchProductsRequest { query: words, limit };
            let answer = client.catalogue.search_products(call).await?.into_inner();
            let view = HitsAnswer::from(answer.clone());
            console.answer(&view, |lang| render::product_hits(&answer.hits, lang))?;
        }
        Catalogue::Ask { product, precision, answers } => {
            ask(&mut client, (product, precision), &answers, console).await?;
        }
    }
    Ok(Exit::Done)
}

async fn ask(
    client: &mut Client,
    (product, precision): (String, Option<String>),
    args: &AnswersArgs,
    console: Console,
) -> Result<(), Failure> {
    let answers = answers::read(client, &product, args).await?;
    let call = GetNextQuestionsRequest {
        product,
        precision: precision.unwrap_or_default(),
        answers,
        version: 0,
    };
    let answer = client.catalogue.get_next_questions(call).await?.into_inner();
    let view = QuestionsAnswer::from(answer.clone());
    console.answer(&view, |lang| render::next_questions(&answer, lang))
}
