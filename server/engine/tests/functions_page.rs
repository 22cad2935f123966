//! `docs/funktioner.md`, made of the catalogue.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write;
use std::path::Path;

use terning_engine::query::{Described, catalogue};

const HEAD: &str = "# Funktionerne i MDX\n\n\
    Alle funktioner, som et spørgsmål eller en formel kan bruge, familie for familie. Store og små bogstaver er ens i \
    navnene. Det, der står i [ ], kan udelades; `…` er så mange, man vil. Eksemplerne køres ved hver prøve, i en lille kube \
    med felterne fra Voksenhandicap for 2019 og 2020; `WTD` i prøvebutikken (`tests/shop`), hvis kalender har uger.\n\n\
    Siden er lavet af fortegnelsen i `server/engine/src/query/functions/`; ret den ikke her \
    (`UPDATE_FUNCTIONS=1 cargo test -p terning-engine --test functions_page` laver den igen). `terning functions` \
    viser det samme.\n";

/// The page of all functions.
fn page() -> String {
    let all = catalogue();
    let mut page = HEAD.to_owned();
    for family in all.chunk_by(|one, next| one.family == next.family) {
        // Writing to a text cannot fail.
        let _ = write!(page, "\n## {}\n\n", family[0].family);
        page += "| Funktion | Hvad den giver | Eksempel |\n|---|---|---|\n";
        family.iter().for_each(|one| page += &line(one));
    }
    page
}

fn line(one: &Described) -> String {
    let escaped = |text: &str| text.replace('|', "\\|");
    let (signature, meaning) = (escaped(&one.signature), escaped(one.meaning));
    format!("| `{signature}` | {meaning} | `{}` |\n", escaped(one.example))
}

#[test]
fn the_page_of_functions_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/funktioner.md");
    let page = page();
    if std::env::var_os("UPDATE_FUNCTIONS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "docs/funktioner.md; UPDATE_FUNCTIONS=1 makes it anew");
}
