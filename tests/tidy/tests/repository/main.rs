//! Rules of the repository that no compiler checks.

mod layers;
mod links;
mod proto;
mod sources;
mod tree;
