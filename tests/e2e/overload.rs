//! More than a node takes: it is refused at once, what was admitted is answered, and the node gets
//! over it by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use beffroi_harness::NatsServer;
use beffroi_wire::pb::intake::v1::{OpenServiceRequestRequest, OpenServiceRequestResponse};
use beffroi_wire::pb::query::v1::GetServiceRequestRequest;
use futures::future::join_all;
use tonic::{Code, Response, Status};
use tonic_types::StatusExt as _;

use crate::support::{Api, Node, open, refusal};

/// Connections, and calls at once on each: more than the 1,024 commands that a node takes at once.
const CONNECTIONS: usize = 10;
const CALLS: usize = 150;

type Answer = Result<Response<OpenServiceRequestResponse>, Status>;

/// Sends all of them at once.
async fn send(apis: &[Api], calls: &[OpenServiceRequestRequest]) -> Vec<Answer> {
    let shared = calls.chunks(CALLS).zip(apis);
    let sent = shared.flat_map(|(calls, api)| {
        calls.iter().map(|call| {
            let (mut intake, call) = (api.intake.clone(), call.clone());
            async move { intake.open_service_request(call).await }
        })
    });
    join_all(sent).await
}

/// How many requests the node has.
async fn count(api: &mut Api) -> usize {
    let counts = api.volumes().await.requests.into_iter().map(|it| it.count);
    usize::try_from(counts.sum::<u64>()).unwrap()
}

fn is_overload(answer: &Answer) -> bool {
    let Err(status) = answer else { return false };
    let details = status.get_error_details();
    let reason = details.error_info().map(|it| it.reason.as_str());
    let waits = details.retry_info().and_then(|it| it.retry_delay);
    let is_it = status.code() == Code::ResourceExhausted && reason == Some("OVERLOADED");
    assert!(!is_it || waits.is_some_and(|it| !it.is_zero()), "{status:?}");
    is_it
}

#[test]
fn commands_beyond_what_a_node_takes_are_refused_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let node = Node::start_on(&folder.path().join("node"), &nats.url());
    node.publish(folder.path(), POTHOLE);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let apis = join_all((0..CONNECTIONS).map(|_| Api::connect(&node.url))).await;
        let calls: Vec<_> = (0..CONNECTIONS * CALLS).map(|_| open("pothole", 0)).collect();
        let mut api = Api::connect(&node.url).await;
        let known = api.opened(open("pothole", 0)).await.number;
        // Nothing is stored while the broker stands still.
        nats.pause();
        let sent = tokio::spawn({
            let (apis, calls) = (apis.clone(), calls.clone());
            async move { send(&apis, &calls).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let late = api.intake.open_service_request(open("pothole", 0)).await;
        assert!(is_overload(&late), "{late:?}");
        let service_request = known.clone();
        let call = GetServiceRequestRequest { service_request, ..Default::default() };
        let read = api.query.get_service_request(call).await;
        assert_eq!(read.unwrap().into_inner().service_request.unwrap().number, known);
        nats.resume();
        let answers = sent.await.unwrap();
        let refused = answers.iter().filter(|it| is_overload(it)).count();
        let admitted = answers.iter().filter(|it| it.is_ok()).count();
        assert!(0 < refused && 0 < admitted, "{refused} refused, {admitted} admitted");
        assert_eq!(refused + admitted, answers.len(), "each is answered or refused");
        assert_eq!(count(&mut api).await, admitted + 1, "nothing of what was refused is recorded");
        // Sent again, what was refused is taken and what was taken stays one.
        for calls in calls.chunks(CONNECTIONS * CALLS / 3) {
            let answers = send(&apis, calls).await;
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        }
        assert_eq!(count(&mut api).await, calls.len() + 1);
    });
}

/// A small file system of the test's own, taken away when dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None`: this user may mount nothing.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=400m", "none"])
            .arg(at)
            .stderr(std::process::Stdio::null())
            .status();
        mounted.is_ok_and(|it| it.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_commands_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&folder.path().join("disk")) else {
        println!("skipped: a disk of its own needs the right to mount one");
        return;
    };
    let node = Node::start(&disk.0.join("node"));
    node.publish(folder.path(), POTHOLE);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut api = Api::connect(&node.url).await;
        let known = api.opened(open("pothole", 0)).await.number;
        let ballast = disk.0.join("ballast");
        // To the last byte: writing ends with an error.
        let filled = Command::new("dd")
            .arg("if=/dev/zero")
            .arg(format!("of={}", ballast.display()))
            .arg("bs=1M")
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(!filled.success(), "the disk is full");
        let call = open("pothole", 0);
        let refused = refusal(api.intake.open_service_request(call.clone()).await);
        assert_eq!((refused.code, refused.reason.as_str()), (Code::ResourceExhausted, "DISK_FULL"));
        assert!(refused.message.contains("256 MiB"), "{}", refused.message);
        let asked = GetServiceRequestRequest { service_request: known, ..Default::default() };
        assert!(api.query.get_service_request(asked).await.is_ok(), "reads go on");
        fs::remove_file(&ballast).unwrap();
        assert!(api.intake.open_service_request(call).await.is_ok(), "the same call, once more");
        assert_eq!(count(&mut api).await, 2);
    });
    assert!(node.said().contains("commands are refused"), "{}", node.said());
    assert!(node.stop().success());
}

const POTHOLE: &str = r#"
[[product]]
code = "pothole"
name = { fr = "Nid-de-poule", en = "Pothole" }
unit = "voirie"
nature = "service"
business_days = 3
"#;
