//! `attach`: a photo or a document of a request, by reference and digest.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;
use beffroi_wire::pb::intake::v1::AddAttachmentRequest;
use sha2::{Digest as _, Sha256};

use super::id_or_new;
use crate::cli::AttachArgs;
use crate::client::Client;
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::render;
use crate::time::to_pb;
use crate::view::{RequestAnswer, Written};

/// Runs the command.
pub(crate) async fn run(
    mut client: Client,
    args: AttachArgs,
    console: Console,
) -> Result<Exit, Failure> {
    let id = id_or_new(args.common.id);
    let (size_bytes, sha256) = digest(&args.file)?;
    let media_type = args.media_type.unwrap_or_else(|| media_type(&args.file).to_owned());
    let name = args.file.file_name().map(|it| it.to_string_lossy().into_owned());
    let call = AddAttachmentRequest {
        attachment_id: id.to_string(),
        service_request: args.to,
        media_type,
        size_bytes,
        sha256,
        file_name: args.name.or(name).unwrap_or_default(),
        reference: args.reference,
        note: args.common.note.unwrap_or_default(),
        channel: args.channel.map(i32::from).unwrap_or_default(),
        occurred_at: args.common.occurred_at.map(to_pb),
        actor: args.common.actor.unwrap_or_default(),
    };
    let answer = client.intake.add_attachment(call).await;
    let answer = answer.map_err(|status| Failure::of_write(status, id))?.into_inner();
    let request = answer.service_request.unwrap_or_default();
    let view = Written {
        change_id: None,
        follow_up_id: None,
        attachment_id: Some(id.to_string()),
        answer: RequestAnswer::new(request.clone(), answer.position),
    };
    console.answer(&view, |reader| render::card(&request, reader))?;
    Ok(Exit::Done)
}

/// The size and the SHA-256 of a file, in hexadecimal digits.
fn digest(path: &Path) -> anyhow::Result<(u64, String)> {
    let read = || -> io::Result<(u64, String)> {
        let mut file = File::open(path)?;
        let (mut size, mut digest) = (0_u64, Sha256::new());
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|it| !it.is_empty()) else { break };
            digest.update(part);
            size += u64::try_from(read).unwrap_or_default();
        }
        let digest = digest.finalize();
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        Ok((size, digits.filter_map(|it| char::from_digit(it.into(), 16)).collect()))
    };
    read().with_context(|| format!("cannot read {}", path.display()))
}

/// The media type that the extension of a file stands for.
fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "tif" | "tiff" => "image/tiff",
        "svg" => "image/svg+xml",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "eml" => "message/rfc822",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_size_and_digest() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("photo.JPG");
        std::fs::write(&file, "test").expect("written");
        assert_eq!(media_type(&file), "image/jpeg");
        assert_eq!(media_type(Path::new("photo")), "application/octet-stream");
        let sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert_eq!(digest(&file).expect("readable"), (4, sha256.to_owned()));
        assert!(digest(dir.path()).is_err());
    }
}
