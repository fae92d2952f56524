//! The projections are disposable: they can be checked against the log and folded again.

use std::fs;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde_json::{Value, json};

use crate::support::{Api, Ended, Node, beffroi, open, wait_until};

const REQUESTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("requests");
const BREACHES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("breaches");

/// A node's data after requests were opened, one of which is in breach, with what it answered.
struct Given {
    folder: tempfile::TempDir,
    answers: Vec<Value>,
}

impl Given {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Node::start(&folder.path().join("node"));
        let mut api = Api::connect(&node.url).await;
        for product in ["Eau potable", "Abattage d'arbre", "Nid-de-poule"] {
            api.opened(open(product, 60)).await;
        }
        wait_until("a breach", || {
            let breaches = node.ask(&["breaches", "--kind", "breach"]);
            breaches["breaches"].as_array().unwrap().len() == 1
        });
        let answers = answers(&node);
        assert!(node.stop().success());
        Self { folder, answers }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("node")
    }

    fn projections(&self) -> PathBuf {
        let files = fs::read_dir(self.data()).unwrap().map(|it| it.unwrap().path());
        let name = |it: &Path| it.file_name().unwrap().to_string_lossy().into_owned();
        files.into_iter().find(|it| name(it).starts_with("projections")).unwrap()
    }

    fn tamper(&self, tamper: impl FnOnce(&Database)) {
        let database = Database::open(self.projections()).unwrap();
        tamper(&database);
    }

    fn maintain(&self, command: &str) -> Ended {
        beffroi(&[command, "--data", self.data().to_str().unwrap(), "--output", "json"])
    }

    /// Verifies, and gives the table and the key of each difference.
    fn differences(&self) -> Vec<(String, String)> {
        let ended = self.maintain("verify");
        assert_eq!(ended.code, Some(6), "{ended:?}");
        let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(answer["same"], json!(false));
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        let found = answer["differences"].as_array().unwrap().iter();
        found.map(|it| (text(it, "table"), text(it, "key"))).collect()
    }

    fn rebuild(&self) {
        assert_eq!(self.maintain("rebuild").json()["events"], json!(4));
        assert_eq!(self.maintain("verify").json()["same"], json!(true));
        let node = Node::start(&self.data());
        assert_eq!(answers(&node), self.answers);
    }
}

fn answers(node: &Node) -> Vec<Value> {
    let list = node.ask(&["list"]);
    let requests = list["service_requests"].as_array().unwrap().clone();
    let numbers = requests.iter().map(|it| it["number"].as_str().unwrap().to_owned());
    let histories = numbers.map(|it| node.ask(&["history", &it]));
    let mut answers: Vec<Value> = histories.collect();
    answers.extend([list, node.ask(&["breaches"]), node.ask(&["report", "volumes"])]);
    answers
}

#[tokio::test]
async fn rebuilding_gives_the_same_answers_positions_included() {
    let given = Given::new().await;
    assert_eq!(given.maintain("verify").json()["same"], json!(true));
    given.rebuild();
}

#[tokio::test]
async fn projections_that_are_gone_are_folded_again() {
    let given = Given::new().await;
    fs::remove_file(given.projections()).unwrap();
    let ended = given.maintain("verify");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("rebuild"), "{ended:?}");
    let node = Node::start(&given.data());
    assert_eq!(answers(&node), given.answers);
}

#[tokio::test]
async fn a_changed_row_is_found_by_table_and_key_and_rebuilding_mends_it() {
    let given = Given::new().await;
    given.tamper(|database| {
        let txn = database.begin_write().unwrap();
        {
            let mut table = txn.open_table(REQUESTS).unwrap();
            let mut row = table.get(1).unwrap().unwrap().value().to_vec();
            *row.last_mut().unwrap() ^= 1;
            table.insert(1, row.as_slice()).unwrap();
        }
        txn.commit().unwrap();
    });
    assert_eq!(given.differences(), [("requests".to_owned(), "1".to_owned())]);
    given.rebuild();
}

#[tokio::test]
async fn a_missing_breach_is_found_by_table_and_key_and_rebuilding_mends_it() {
    let given = Given::new().await;
    let mut removed = 0;
    given.tamper(|database| {
        let read = database.begin_read().unwrap().open_table(BREACHES).unwrap();
        removed = read.last().unwrap().unwrap().0.value();
        let txn = database.begin_write().unwrap();
        txn.open_table(BREACHES).unwrap().remove(removed).unwrap();
        txn.commit().unwrap();
    });
    assert_eq!(given.differences(), [("breaches".to_owned(), removed.to_string())]);
    given.rebuild();
}

#[tokio::test]
async fn text_of_a_difference_says_what_to_do() {
    let given = Given::new().await;
    given.tamper(|database| {
        let txn = database.begin_write().unwrap();
        txn.open_table(REQUESTS).unwrap().remove(0).unwrap();
        txn.commit().unwrap();
    });
    let ended = beffroi(&["verify", "--data", given.data().to_str().unwrap()]);
    assert_eq!(ended.code, Some(6));
    assert!(ended.stdout.contains("table `requests`, key 0: is missing"), "{ended:?}");
    assert!(ended.stdout.contains("beffroi rebuild"), "{ended:?}");
}
