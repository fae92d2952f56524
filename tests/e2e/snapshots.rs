//! Snapshots of the projections: a node starts from one and follows; what does not fit is refused.

mod backup;
mod refused;
mod restored;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Api, Ended, Node, beffroi, open, wait_until};

/// What people ask a node, positions included.
fn answers(node: &Node) -> Vec<Value> {
    let list = node.ask(&["list"]);
    let requests = list["service_requests"].as_array().unwrap().clone();
    let numbers = requests.iter().map(|it| it["number"].as_str().unwrap().to_owned());
    let mut answers: Vec<Value> = numbers.map(|it| node.ask(&["history", &it])).collect();
    answers.extend([list, node.ask(&["breaches"])]);
    answers.extend(["volumes", "requests"].map(|it| node.ask(&["report", it])));
    let mut commitments = node.ask(&["report", "commitments"]);
    // When it was asked.
    commitments.as_object_mut().unwrap().remove("at");
    answers.push(commitments);
    answers
}

/// Opens requests on a node, one of which is in breach soon.
async fn filled(node: &Node) {
    let mut api = Api::connect(&node.url).await;
    for product in ["Eau potable", "Abattage d'arbre", "Nid-de-poule"] {
        api.opened(open(product, 60)).await;
    }
    wait_until("a breach", || {
        let breaches = node.ask(&["breaches", "--kind", "breach"]);
        breaches["breaches"].as_array().unwrap().len() == 1
    });
}

/// Opens one more request.
async fn one_more(node: &Node) {
    Api::connect(&node.url).await.opened(open("Trottoir", 0)).await;
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn create(data: &Path, to: &Path) -> Ended {
    beffroi(&["snapshot", "create", text(to), "--data", text(data), "--output", "json"])
}

/// Takes a snapshot, and gives its file.
fn taken(data: &Path, to: &Path) -> PathBuf {
    create(data, to).json()["file"].as_str().unwrap().into()
}

fn restore(file: &Path, data: &Path, options: &[&str]) -> Ended {
    let data = text(data);
    let restore = ["snapshot", "restore", text(file), "--data", data, "--output", "json"];
    beffroi(&[&restore, options].concat())
}

fn verify(data: &Path, options: &[&str]) -> Value {
    beffroi(&[&["verify", "--data", text(data), "--output", "json"], options].concat()).json()
}

/// The names of what is in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Copies all files of a directory.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copied(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}
