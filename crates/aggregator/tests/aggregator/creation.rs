//! The file of the projections is there when it is complete.

use beffroi_aggregator::Projections;

#[test]
fn a_file_whose_creation_was_cut_short_is_created_again() {
    for content in ["", "\0\0\0\0"] {
        let directory = tempfile::tempdir().unwrap();
        let path = Projections::file(directory.path());
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        std::fs::write(beside, content.repeat(4096)).unwrap();
        drop(Projections::open(&path).unwrap());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        Projections::open(&path).unwrap();
    }
}
