//! The page that lists the keys of a spec is read as any document is.

use axum::http::HeaderMap;
use bennu_api::read;

#[test]
fn every_key_of_the_page_is_known() {
    let page = include_str!("../../../docs/spec.md");
    let (_, block) = page.split_once("```yaml\n").unwrap();
    let (document, _) = block.split_once("```").unwrap();
    let document = document.replace("arn:…", "arn:aws:secretsmanager:r:1:secret:s");
    let value = read::text::body(&HeaderMap::new(), document.as_bytes()).unwrap();
    let (_, problems) = read::environment(&value);
    assert!(problems.is_empty(), "{problems:#?}");
}
