//! The official Node client of Octopus Deploy does what people's scripts do with it.

use std::path::Path;
use std::process::Command;

use bennu_sim::doors::serve::{Options, serve};

/// The stories are in `tests/clients/node/octopus`; a deployment takes a blink here.
#[test]
fn the_official_node_client_finds_what_it_expects() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = Options {
        speed: 600.0,
        ..Options::default()
    };
    let running = runtime.block_on(serve(options)).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients/node");
    assert!(
        folder.join("node_modules").is_dir(),
        "run scripts/setup first, or `npm ci` in {}",
        folder.display()
    );
    let output = Command::new(folder.join("../../../.venv/bin/node"))
        .args(["--test", "--test-timeout=60000", "octopus/*.test.js"])
        .current_dir(&folder)
        .env("OCTOPUS_URL", &running.octopus)
        .env("OCTOPUS_API_KEY", &running.octopus_api_key)
        .env("SIM_URL", &running.octopus)
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
