//! A way to a server that can be cut, slowed, held, or made to lose what goes in one direction.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::time::sleep;

/// A port on the loopback that leads to another. Ends when dropped.
///
/// What is set holds for the connections that are open and for those to come.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    is_cut: bool,
    delay: Duration,
    to_server: Way,
    to_client: Way,
}

/// What one direction does with bytes.
#[derive(Clone, Copy, Debug, Default)]
enum Way {
    #[default]
    Carries,
    Loses,
    Holds,
}

impl Proxy {
    /// Opens a way to `server`, a host and a port. It works while the test's own thread waits.
    pub fn start(server: String) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port can be bound");
        let address = listener.local_addr().expect("a bound socket has an address");
        listener.set_nonblocking(true).expect("a socket can be non-blocking");
        let (state, seen) = watch::channel(State::default());
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket");
                accept(listener, server, seen).await;
            });
        });
        Self { address, state }
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
        self.state.send_modify(|it| it.to_server = Way::Loses);
    }

    /// Loses what the server sends; connections stay open.
    pub fn lose_to_client(&self) {
        self.state.send_modify(|it| it.to_client = Way::Loses);
    }

    /// Holds what the server sends, until [`Proxy::heal`] lets it through: clients go on telling it
    /// things, and know nothing of what others tell it meanwhile.
    pub fn hold_to_client(&self) {
        self.state.send_modify(|it| it.to_client = Way::Holds);
    }

    /// Undoes all of it. A connection that lost something is broken, for its bytes have a hole.
    pub fn heal(&self) {
        self.state.send_modify(|it| *it = State::default());
    }
}

async fn accept(listener: TcpListener, server: String, mut state: watch::Receiver<State>) {
    loop {
        let client = tokio::select! {
            client = listener.accept() => client,
            // The proxy is dropped.
            () = closed(&mut state) => return,
        };
        if let Ok((client, _)) = client {
            tokio::spawn(connect(client, server.clone(), state.clone()));
        }
    }
}

async fn closed(state: &mut watch::Receiver<State>) {
    while state.changed().await.is_ok() {}
}

async fn connect(client: TcpStream, server: String, state: watch::Receiver<State>) {
    if state.borrow().is_cut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    // Answers would wait for the acknowledgement of the ones before.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // The first direction that ends breaks the other.
    tokio::select! {
        () = carry(from_client, to_server, state.clone(), to_the_server) => {}
        () = carry(from_server, to_client, state.clone(), to_the_client) => {}
    }
}

/// What becomes of bytes in one direction.
enum Fate {
    Cut,
    Held,
    Lost,
    Carried(Duration),
}

fn to_the_server(state: State) -> Fate {
    fate(state, state.to_server)
}

fn to_the_client(state: State) -> Fate {
    fate(state, state.to_client)
}

fn fate(state: State, way: Way) -> Fate {
    match way {
        _ if state.is_cut => Fate::Cut,
        Way::Carries => Fate::Carried(state.delay),
        Way::Loses => Fate::Lost,
        Way::Holds => Fate::Held,
    }
}

/// Carries bytes one way until an end closes or the way is cut.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    fate: fn(State) -> Fate,
) {
    let mut bytes = vec![0; 64 << 10];
    let mut has_lost = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read.unwrap_or(0),
            changed = state.changed() => match fate(*state.borrow_and_update()) {
                Fate::Cut => return,
                Fate::Carried(_) if has_lost => return,
                Fate::Held | Fate::Lost | Fate::Carried(_) if changed.is_err() => return,
                Fate::Held | Fate::Lost | Fate::Carried(_) => continue,
            },
        };
        if read == 0 {
            return;
        }
        // An error means that the proxy is gone.
        let settled = state.wait_for(|it| !matches!(fate(*it), Fate::Held)).await;
        let Ok(settled) = settled.map(|it| *it) else { return };
        match fate(settled) {
            Fate::Lost => has_lost = true,
            Fate::Carried(delay) if !has_lost => {
                sleep(delay).await;
                if to.write_all(&bytes[..read]).await.is_err() {
                    return;
                }
            }
            Fate::Cut | Fate::Held | Fate::Carried(_) => return,
        }
    }
}
