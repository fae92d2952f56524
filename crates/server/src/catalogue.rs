//! The catalogue: published on the log, searched, and walked through.

mod flaw;
mod problem;
mod publish;
mod service;
mod versions;
mod walk;

pub(crate) use flaw::flaw_in_french;
pub(crate) use problem::CatalogueProblem;
pub(crate) use service::CatalogueEndpoint;
pub(crate) use versions::{Catalogues, InForce};
pub(crate) use walk::{all_said, asked_product, given_answers, wrong_answers};
