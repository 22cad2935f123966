//! Formats of texts: `@` is a character or a blank, `&` a character or nothing; they are filled from the
//! right, or from the left after `!`. `<` and `>` make all letters small or large.

use super::{Sign, Signs, sections};

/// A section of a text format.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    pieces: Vec<Piece>,
    /// How many characters have a place.
    places: usize,
    from_left: bool,
    case: Case,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Case {
    #[default]
    AsIs,
    Lower,
    Upper,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// A place for a character; a blank where there is none and `blank`.
    Place {
        blank: bool,
    },
    Literal(String),
}

/// Reads a format: a section for texts, and one for those that are empty.
pub(super) fn read(format: &str) -> Vec<Section> {
    sections(format).into_iter().take(2).map(section).collect()
}

fn section(format: &str) -> Section {
    let mut section = Section::default();
    for sign in Signs(format) {
        match sign {
            Sign::Plain('!') => section.from_left = true,
            Sign::Plain('<') => section.case = Case::Lower,
            Sign::Plain('>') => section.case = Case::Upper,
            Sign::Plain(place @ ('@' | '&')) => {
                section.places += 1;
                section.pieces.push(Piece::Place { blank: place == '@' });
            }
            Sign::Plain(other) => section.pieces.push(Piece::Literal(other.to_string())),
            Sign::Literal(text) => section.pieces.push(Piece::Literal(text.to_owned())),
        }
    }
    section
}

/// Writes a text by the section that is for it.
pub(super) fn write(sections: &[Section], text: &str, out: &mut String) {
    let own = if text.is_empty() { sections.get(1) } else { None };
    let Some(section) = own.or(sections.first()) else { return };
    let text = match section.case {
        Case::AsIs => text.to_owned(),
        Case::Lower => text.to_lowercase(),
        Case::Upper => text.to_uppercase(),
    };
    let length = text.chars().count();
    let missing = section.places.saturating_sub(length);
    let mut rest = text.chars();
    let mut place = 0;
    for piece in &section.pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Place { blank } => {
                // The first place that is filled from the right takes what has no place.
                if place == 0 && !section.from_left {
                    out.extend(rest.by_ref().take(length.saturating_sub(section.places)));
                }
                let filled = section.from_left || place >= missing;
                match filled.then(|| rest.next()).flatten() {
                    Some(character) => out.push(character),
                    None if *blank => out.push(' '),
                    None => {}
                }
                place += 1;
            }
        }
    }
    out.extend(rest);
}
