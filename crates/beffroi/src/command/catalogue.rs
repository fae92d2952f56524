//! `catalogue`: what citizens can ask for.

use std::path::Path;

use beffroi_wire::catalogue::to_pb;
use beffroi_wire::pb::catalogue::v1::{
    GetCatalogueRequest, GetNextQuestionsRequest, ListCatalogueVersionsRequest,
    PublishCatalogueRequest, SearchProductsRequest,
};

use super::{id_or_new, page_size};
use crate::answers;
use crate::cli::{AnswersArgs, Catalogue, CatalogueArgs};
use crate::client::{self, Client};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::view::{
    CheckAnswer, HitsAnswer, ProductsAnswer, QuestionsAnswer, VersionView, VersionsAnswer,
};

/// Runs the command.
pub(crate) async fn run(args: CatalogueArgs, url: &str, console: Console) -> Result<Exit, Failure> {
    let connect = || client::connect(url, console.lang);
    match args.catalogue {
        Catalogue::Check { source } => return check(&source, console),
        Catalogue::Publish { source, actor, id } => {
            let id = id_or_new(id);
            let catalogue = crate::catalogue::read(&source).map_err(Failure::Catalogue)?;
            let mut client = connect().await?;
            let call = PublishCatalogueRequest {
                publication_id: id.to_string(),
                catalogue: Some(to_pb(&catalogue)),
                actor: actor.unwrap_or_default(),
            };
            let answer = client.catalogue.publish_catalogue(call).await;
            let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
            let version = answer.version.unwrap_or_default();
            let view = VersionView::from(version.clone());
            console.answer(&view, |reader| render::catalogue_versions(&[version], reader))?;
        }
        Catalogue::Versions { limit } => {
            let call = ListCatalogueVersionsRequest {
                page_size: page_size(limit),
                ..ListCatalogueVersionsRequest::default()
            };
            let mut client = connect().await?;
            let answer = client.catalogue.list_catalogue_versions(call).await?.into_inner();
            let versions = answer.versions.clone();
            let view = VersionsAnswer::from(answer);
            console.answer(&view, |reader| render::catalogue_versions(&versions, reader))?;
        }
        Catalogue::Show { version } => {
            let version = version.unwrap_or_default();
            let call = GetCatalogueRequest { version, min_position: None };
            let mut client = connect().await?;
            let answer = client.catalogue.get_catalogue(call).await?.into_inner();
            let view = ProductsAnswer::new(answer, console.lang);
            console.answer(&view, |reader| render::products(&view, reader.lang))?;
        }
        Catalogue::Search { words, limit } => {
            let call = SearchProductsRequest { query: words, limit };
            let mut client = connect().await?;
            let answer = client.catalogue.search_products(call).await?.into_inner();
            let view = HitsAnswer::from(answer.clone());
            console.answer(&view, |reader| render::product_hits(&answer.hits, reader.lang))?;
        }
        Catalogue::Ask { product, precision, answers } => {
            let mut client = connect().await?;
            ask(&mut client, (product, precision), &answers, console).await?;
        }
    }
    Ok(Exit::Done)
}

/// Tells what is wrong with files, or what they hold.
fn check(source: &Path, console: Console) -> Result<Exit, Failure> {
    let view = CheckAnswer::new(crate::catalogue::read(source), console.lang);
    console.answer(&view, |reader| render::checked(&view, reader.lang))?;
    Ok(if view.defects.is_empty() { Exit::Done } else { Exit::Refused })
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
    console.answer(&view, |reader| render::next_questions(&answer, reader.lang))
}
