//! No URL that a caller names is ever fetched: the API's crate lists nothing that could send a
//! request. What a document names — a template, a secret, a place — it looks up in the
//! configuration or the database.

use std::path::Path;

/// What the API may list. None of it opens a connection by itself: axum is given listeners,
/// and the database is behind a port.
const HARMLESS: &[&str] = &[
    "axum",
    "base64",
    "bennu-model",
    "bennu-ports",
    "bennu-template",
    "bytes",
    "chrono",
    "futures-util",
    "hex",
    "hmac",
    "prometheus",
    "rand",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "tokio",
    "tokio-util",
    "tracing",
    "yaml_serde",
];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_api_has_nothing_to_send_a_request_with() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/api");
    let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().unwrap();
    for name in manifest["dependencies"].as_table().unwrap().keys() {
        assert!(
            HARMLESS.contains(&name.as_str()),
            "{name}: can a caller make it connect to somewhere?"
        );
    }
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = read(&path);
                for socket in [
                    "TcpStream",
                    "UdpSocket",
                    "UnixStream",
                    "lookup_host",
                    "Command",
                ] {
                    assert!(!text.contains(socket), "{}: {socket}", path.display());
                }
            }
        }
    }
}
