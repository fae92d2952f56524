//! A way to a broker on which everything that comes back can be held up: whoever uses it goes on
//! telling the broker things, and knows nothing of what others tell it meanwhile.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// A way to a broker. It is open at first.
#[derive(Debug)]
pub(crate) struct Way {
    /// Where the broker is reached by it.
    pub url: String,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    is_held: Mutex<bool>,
    opened: Condvar,
}

impl Way {
    /// A way to the broker at `url`.
    pub(crate) fn to(url: &str) -> Self {
        let broker = url.trim_start_matches("nats://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let gate = Arc::<Gate>::default();
        let held = Arc::clone(&gate);
        thread::spawn(move || {
            for near in listener.incoming() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(&broker)) else { continue };
                let (back_from, back_to) =
                    (far.try_clone().expect("a socket"), near.try_clone().expect("a socket"));
                let held = Arc::clone(&held);
                thread::spawn(move || carry(near, far, &Gate::default()));
                thread::spawn(move || carry(back_from, back_to, &held));
            }
        });
        Self { url: format!("nats://{address}"), gate }
    }

    /// Holds up whatever the broker sends from now on.
    pub(crate) fn hold(&self) {
        *self.gate.is_held.lock().unwrap() = true;
    }

    /// Lets through what was held up, and what follows.
    pub(crate) fn release(&self) {
        *self.gate.is_held.lock().unwrap() = false;
        self.gate.opened.notify_all();
    }
}

/// Carries bytes until one side is closed.
fn carry(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut bytes = [0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let held = gate.is_held.lock().unwrap();
        drop(gate.opened.wait_while(held, |held| *held).unwrap());
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
