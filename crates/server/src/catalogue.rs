//! The catalogue: published on the log, searched, and walked through.

mod problem;
mod publish;
mod service;
mod versions;
mod walk;

pub(crate) use problem::CatalogueProblem;
pub(crate) use service::CatalogueEndpoint;
pub(crate) use versions::{Catalogues, InForce};
pub(crate) use walk::{asked_product, given_answers, label_of};
