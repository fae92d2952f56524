//! Photos and documents, by reference and digest.

use beffroi_wire::pb::query::v1::Audience;

use super::{attachment, check_verified, get, given, history};
use crate::support::open;

#[tokio::test]
async fn an_attachment_shows_its_name_and_place_to_the_staff_only() {
    let (node, mut api, folder) = given().await;
    let request = api.opened(open("Graffiti", 0)).await;
    let mut call = attachment(&request);
    call.note = "Le mur ouest.".to_owned();
    call.media_type = "IMAGE/JPEG".to_owned();
    let answer = api.intake.add_attachment(call.clone()).await.unwrap().into_inner();
    assert_eq!(answer.service_request.unwrap().attachments, 1);
    let sequence = api.sequence().await;
    api.intake.add_attachment(call.clone()).await.unwrap();
    assert_eq!(api.sequence().await, sequence);
    assert_eq!(get(&mut api, &request).await.attachments, 1);
    for (audience, name, reference) in [
        (Audience::Staff, call.file_name.as_str(), call.reference.as_str()),
        (Audience::Public, "", ""),
    ] {
        let entry = history(&mut api, &request, audience).await.pop().unwrap();
        assert_eq!(
            (entry.kind.as_str(), entry.text.as_str()),
            ("attachment_added", "Le mur ouest.")
        );
        let shown = entry.attachment.unwrap();
        assert_eq!((shown.media_type.as_str(), shown.size_bytes), ("image/jpeg", 48_213));
        assert_eq!(shown.sha256, call.sha256);
        assert_eq!((shown.file_name.as_str(), shown.reference.as_str()), (name, reference));
    }
    check_verified(node, &folder.path().join("node"));
}

#[tokio::test]
async fn no_more_than_a_hundred_attachments_are_taken() {
    let (_node, mut api, _folder) = given().await;
    let request = api.opened(open("Graffiti", 0)).await;
    for _ in 0..100 {
        api.intake.add_attachment(attachment(&request)).await.unwrap();
    }
    let refused = crate::support::refusal(api.intake.add_attachment(attachment(&request)).await);
    assert_eq!(refused.reason, "TOO_MANY_LINKS");
    assert!(refused.message.contains("100"), "{refused:?}");
}
