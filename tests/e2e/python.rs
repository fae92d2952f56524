//! Any gRPC client works from `proto/` alone.

use crate::support::{Node, python, workspace};

#[test]
fn a_python_client_generated_from_the_proto_files_opens_follows_and_asks() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(folder.path());
    let address = node.url.trim_start_matches("http://");
    let protos = workspace().join("proto");
    let printed = python("client.py", &[address, protos.to_str().unwrap()]);
    assert_eq!(printed.trim(), "all expectations hold");
}
