//! The command `demo`.

use crate::cli::DemoArgs;
use crate::failure::Exit;

/// Runs the command.
#[expect(clippy::unused_async, reason = "it will wait for a node")]
pub(crate) async fn run(_args: DemoArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("not built yet")
}
