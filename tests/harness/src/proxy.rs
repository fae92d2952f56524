//! A way to a server that can be cut, slowed, or made to lose what goes in one direction.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A port on the loopback that leads to another. Ends when dropped.
///
/// What is set holds for the connections that are open and for those to come.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    accepting: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    is_cut: bool,
    delay: Duration,
    loses_to_server: bool,
    loses_to_client: bool,
}

impl Proxy {
    /// Opens a way to `server`, a host and a port.
    pub async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port can be bound");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (state, seen) = watch::channel(State::default());
        let accepting = tokio::spawn(accept(listener, server, seen));
        Self { address, state, accepting }
    }

    /// Host and port at which clients connect.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Breaks what is connected, and every connection to come, until [`Proxy::heal`].
    pub fn cut(&self) {
        self.state.send_modify(|it| it.is_cut = true);
    }

    /// Keeps everything back for so long, in both directions.
    pub fn delay(&self, by: Duration) {
        self.state.send_modify(|it| it.delay = by);
    }

    /// Loses what clients send; connections stay open.
    pub fn lose_to_server(&self) {
        self.state.send_modify(|it| it.loses_to_server = true);
    }

    /// Loses what the server sends; connections stay open.
    pub fn lose_to_client(&self) {
        self.state.send_modify(|it| it.loses_to_client = true);
    }

    /// Undoes all of it. A connection that lost something is broken, for its bytes have a hole.
    pub fn heal(&self) {
        self.state.send_modify(|it| *it = State::default());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, server: String, state: watch::Receiver<State>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, state) = (server.clone(), state.clone());
        tokio::spawn(async move {
            if state.borrow().is_cut {
                return;
            }
            let Ok(server) = TcpStream::connect(server).await else { return };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            // The first direction that ends breaks the other.
            tokio::select! {
                () = carry(from_client, to_server, state.clone(), |it| it.loses_to_server) => {}
                () = carry(from_server, to_client, state.clone(), |it| it.loses_to_client) => {}
            }
        });
    }
}

/// Carries bytes one way until an end closes or the way is cut.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    loses: fn(&State) -> bool,
) {
    let mut bytes = vec![0; 64 << 10];
    let mut has_lost = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read.unwrap_or(0),
            changed = state.changed() => {
                let now = *state.borrow_and_update();
                if changed.is_err() || now.is_cut || (has_lost && !loses(&now)) {
                    return;
                }
                continue;
            }
        };
        if read == 0 {
            return;
        }
        let now = *state.borrow();
        if now.is_cut {
            return;
        }
        if loses(&now) {
            has_lost = true;
            continue;
        }
        if !now.delay.is_zero() {
            sleep(now.delay).await;
        }
        if has_lost || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
