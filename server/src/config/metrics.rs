//! `[metrics]`: where whoever watches over the service asks.

use std::net::SocketAddr;

use super::read::Section;

/// Where whoever watches over the service asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// An address and a port; nowhere unless one is given.
    pub listen: Option<SocketAddr>,
}

/// What is told to everybody who asks, in the clear, may another machine ask for only where the
/// settings say so.
const OPEN: &str = "kan nås fra andre maskiner; sig med metrics.open = true, at den må: målingerne \
                    har ingen personoplysninger, men enhver, der kan nå adressen, kan læse dem";

/// Reads the section.
pub(super) fn read(top: &mut Section<'_, '_>) -> Metrics {
    let mut section = top.section("metrics");
    let given = section.text("listen");
    let open = section.flag("open");
    let is_open = section.or("open", open, false);
    let mut listen = None;
    if let Some(given) = given {
        match given.value.parse::<SocketAddr>() {
            Ok(address) if is_open || address.ip().is_loopback() => listen = Some(address),
            Ok(_) => section.refuse(given.place, OPEN),
            Err(_) => {
                section.refuse(given.place, "skal være en adresse, for eksempel 127.0.0.1:9464");
            }
        }
    }
    section.end();
    Metrics { listen }
}
