//! What every test needs: nodes, commands, calls, and the cities' files.

mod api;
mod cli;
mod data;
mod hook;
mod node;

pub(crate) use api::{Api, Refusal, change, follow_up, open, refusal};
pub(crate) use cli::{Ended, beffroi, command, import};
pub(crate) use data::{city_file, count_files, head_of, python, without_positions, workspace};
pub(crate) use hook::Hook;
pub(crate) use node::{Node, terminate, wait_until};
