//! The deliverer: tells others of warnings and breaches, over HTTP, by rules that the city edits.
//!
//! It is a subscriber of the server's stream like any other, in a process of its own: it knows
//! nothing of the log and of the projections, and what it cannot deliver holds up no node. Its own
//! state is a small file: how far it has read, and what is still to be delivered.

mod check;
mod config;
mod control;
mod http;
mod parked;
mod receive;
mod run;
mod secret;
mod send;
mod state;

pub(crate) use config::Defect;

use crate::cli::{NotifyAction, NotifyArgs};
use crate::failure::{Exit, Failure};
use crate::output::Console;

/// Runs the command.
pub(crate) async fn run(args: NotifyArgs, server: &str, console: Console) -> Result<Exit, Failure> {
    match args.action {
        NotifyAction::Run(args) => run::run(args, server).await,
        NotifyAction::Check(args) => check::run(args, console).await,
        NotifyAction::Parked(dir) => parked::list(&dir.state, console).await,
        NotifyAction::Retry(args) => {
            parked::retry(&args.dir.state, args.id.as_deref(), console).await
        }
    }
}
