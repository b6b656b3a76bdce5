//! Where requests may be sent without encryption: to this machine only.

use reqwest::Url;

/// Why a URL cannot be sent requests with credentials in them; `None` if it can.
pub(super) fn problem(text: &str) -> Option<String> {
    let Ok(url) = text.parse::<Url>() else {
        return Some("this is no URL: write https://host, with a port if it has one".to_owned());
    };
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(&url) => None,
        "http" => Some(
            "credentials would travel readable for anybody: use https, which only 127.0.0.1, \
             [::1] and localhost may do without"
                .to_owned(),
        ),
        other => Some(format!("{other} is no scheme for it: use https")),
    }
}

/// Whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_do_without_encryption() {
        for fine in [
            "https://a.example",
            "http://127.0.0.1:1",
            "http://[::1]",
            "http://localhost/",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for bad in [
            "http://a.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "octopus.example",
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
