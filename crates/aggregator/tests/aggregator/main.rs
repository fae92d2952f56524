//! The fold and the timekeeper over a real journal and real files.

mod fold;
mod support;
mod timekeeper;
