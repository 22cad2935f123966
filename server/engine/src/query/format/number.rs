//! Formats of numbers.

use std::fmt::Write;

use super::{Language, Sign, Signs, sections};

/// Powers of ten that a format can shift a number by, so that no digit is lost in counting.
const LARGEST_SHIFT: i32 = 1000;

/// A section of a format.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section {
    pieces: Vec<Piece>,
    /// Places for digits before the point and behind it.
    left: usize,
    right: usize,
    /// Whether thousands stand apart.
    grouped: bool,
    /// The power of ten that the number is multiplied by: 2 for a percentage, less for `,` at the end.
    shift: i32,
    /// Whether a `%` has made it a percentage.
    percent: bool,
    /// Whether it is shown with an exponent.
    exponent: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// A digit, also where there is none.
    Zero,
    /// A digit, where there is one.
    Hash,
    Point,
    /// The exponent, in at least so many digits.
    Exponent {
        letter: char,
        plus: bool,
        digits: usize,
    },
    Literal(String),
}

/// Reads a format: sections for positive numbers, negative ones, zero and nothing.
pub(super) fn read(format: &str) -> Vec<Section> {
    sections(format).into_iter().take(4).map(Section::read).collect()
}

impl Section {
    fn read(format: &str) -> Section {
        let mut section = Section::default();
        let mut signs = Signs(format);
        let mut has_point = false;
        // Commas between digits set thousands apart; behind the last digit each divides by 1000.
        let mut commas = 0;
        while let Some(sign) = signs.next() {
            match sign {
                Sign::Plain(',') if section.left + section.right > 0 => commas += 1,
                Sign::Plain(digit @ ('0' | '#')) => {
                    section.grouped |= commas > 0 && !has_point;
                    commas = 0;
                    section.pieces.push(if digit == '0' { Piece::Zero } else { Piece::Hash });
                    *(if has_point { &mut section.right } else { &mut section.left }) += 1;
                }
                Sign::Plain('.') if !has_point => {
                    has_point = true;
                    section.pieces.push(Piece::Point);
                }
                Sign::Plain(letter @ ('e' | 'E')) if !section.exponent => {
                    section.read_exponent(letter, &mut signs);
                }
                Sign::Plain(other) => section.read_other(other),
                Sign::Literal(text) => section.pieces.push(Piece::Literal(text.to_owned())),
            }
            if !matches!(sign, Sign::Plain(',')) {
                section.shift -= 3 * std::mem::take(&mut commas);
            }
        }
        section.shift -= 3 * commas;
        section.shift = section.shift.max(-LARGEST_SHIFT);
        section
    }

    fn read_other(&mut self, sign: char) {
        if sign == '%' && !self.percent {
            self.percent = true;
            self.shift += 2;
        }
        match self.pieces.last_mut() {
            Some(Piece::Literal(text)) => text.push(sign),
            _ => self.pieces.push(Piece::Literal(sign.to_string())),
        }
    }

    /// `E+00`: a letter, a sign, and digits; a letter alone stands for itself.
    fn read_exponent(&mut self, letter: char, signs: &mut Signs<'_>) {
        let rest = signs.0;
        let sign = rest.chars().next().filter(|sign| matches!(sign, '+' | '-'));
        let after = rest.get(1..).unwrap_or_default();
        let digits = after.len() - after.trim_start_matches(['0', '#']).len();
        match sign {
            Some(sign) if digits > 0 => {
                signs.0 = &after[digits..];
                self.exponent = true;
                self.pieces.push(Piece::Exponent { letter, plus: sign == '+', digits });
            }
            _ => self.read_other(letter),
        }
    }

    fn is_blank(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// Writes a number by the section that is for it. One that has no section of its own is written by the
/// first, with its sign.
pub(super) fn write(sections: &[Section], number: f64, language: Language, out: &mut String) {
    let Some(first) = sections.first() else { return };
    let own = match number {
        _ if number < 0.0 => sections.get(1),
        0.0 => sections.get(2),
        _ => None,
    };
    match own.filter(|own| !own.is_blank()) {
        Some(own) => write_section(own, number.abs(), false, language, out),
        None => write_section(first, number.abs(), number < 0.0, language, out),
    }
}

/// Writes nothing, as the fourth section says.
pub(super) fn write_empty(sections: &[Section], out: &mut String) {
    let pieces = sections.get(3).map(|section| section.pieces.as_slice()).unwrap_or_default();
    for piece in pieces {
        if let Piece::Literal(text) = piece {
            out.push_str(text);
        }
    }
}

/// A number with all its digits.
pub(super) fn write_general(number: f64, language: Language, out: &mut String) {
    let start = out.len();
    let number = if number == 0.0 { 0.0 } else { number };
    // Writing to a text cannot fail.
    let _ = write!(out, "{number}");
    if let Some(point) = out[start..].find('.') {
        let mut buffer = [0; 4];
        out.replace_range(start + point..=start + point, language.point().encode_utf8(&mut buffer));
    }
}

/// A number without a format: up to three decimals, thousands apart.
pub(super) fn write_plain(number: f64, language: Language, out: &mut String) {
    let section = Section {
        pieces: vec![Piece::Zero, Piece::Point, Piece::Hash, Piece::Hash, Piece::Hash],
        left: 1,
        right: 3,
        grouped: true,
        ..Section::default()
    };
    write_section(&section, number.abs(), number < 0.0, language, out);
    if out.ends_with(language.point()) {
        out.pop();
    }
}

/// The digits of a number that is not negative, and how many of them stand before the point.
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    /// The shortest digits that mean the number, times a power of ten.
    fn of(number: f64, shift: i32) -> Digits {
        if number == 0.0 {
            return Digits { digits: Vec::new(), point: 0 };
        }
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
        let exponent: i32 = exponent.parse().unwrap_or(0);
        Digits { digits: digits.collect(), point: exponent + 1 + shift }
    }

    /// Rounds to so many decimals, half away from zero.
    fn round(&mut self, decimals: usize) {
        let keep = self.point + decimals as i32;
        if keep < 0 {
            self.digits.clear();
            return;
        }
        let keep = keep as usize;
        let Some(&next) = self.digits.get(keep) else { return };
        self.digits.truncate(keep);
        if next < 5 {
            return;
        }
        while let Some(last) = self.digits.pop() {
            if last < 9 {
                self.digits.push(last + 1);
                return;
            }
        }
        // All were nines: one more digit before them.
        self.digits.push(1);
        self.point += 1;
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|&digit| digit == 0)
    }

    /// The digit so many places behind the first one before the point.
    fn at(&self, place: i32) -> u8 {
        usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied().unwrap_or(0)
    }

    /// Digits before the point, leading zeros left out.
    fn whole(&self) -> usize {
        if self.is_zero() { 0 } else { self.point.max(0) as usize }
    }
}

fn write_section(
    section: &Section,
    number: f64,
    negative: bool,
    language: Language,
    out: &mut String,
) {
    let mut digits = Digits::of(number, section.shift);
    let mut exponent = 0;
    if section.exponent && number != 0.0 {
        exponent = digits.point - section.left as i32;
        digits.point = section.left as i32;
    }
    digits.round(section.right);
    if section.exponent && digits.point > section.left as i32 {
        exponent += 1;
        digits.point -= 1;
    }
    if negative && !digits.is_zero() {
        out.push('-');
    }
    Writer { section, digits, exponent, language }.write(out);
}

struct Writer<'a> {
    section: &'a Section,
    digits: Digits,
    exponent: i32,
    language: Language,
}

impl Writer<'_> {
    fn write(&self, out: &mut String) {
        let whole = self.digits.whole();
        let last = self.last_decimal();
        // Places before the point, then behind it.
        let (mut left, mut right, mut forced, mut behind) = (0, 0, false, false);
        for piece in &self.section.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Exponent { letter, plus, digits } => {
                    self.write_exponent(*letter, *plus, *digits, out);
                }
                Piece::Point => {
                    if self.section.left == 0 && self.section.right > 0 {
                        self.write_whole(whole, 0, out);
                    }
                    behind = true;
                    out.push(self.language.point());
                }
                Piece::Zero | Piece::Hash if behind => {
                    if right < last {
                        let place = self.digits.point + right as i32;
                        out.push(char::from(b'0' + self.digits.at(place)));
                    }
                    right += 1;
                }
                Piece::Zero | Piece::Hash => {
                    forced |= *piece == Piece::Zero;
                    let after = self.section.left - 1 - left;
                    if left == 0 {
                        self.write_whole(whole, after + 1, out);
                    }
                    if after < whole || forced {
                        self.write_digit(whole, after, out);
                    }
                    left += 1;
                }
            }
        }
    }

    /// The digits before the point that have no place of their own, down to those that have.
    fn write_whole(&self, whole: usize, places: usize, out: &mut String) {
        for after in (places..whole).rev() {
            self.write_digit(whole, after, out);
        }
    }

    /// A digit before the point, with so many of them after it.
    fn write_digit(&self, whole: usize, after: usize, out: &mut String) {
        let digit = if after < whole { self.digits.at((whole - 1 - after) as i32) } else { 0 };
        out.push(char::from(b'0' + digit));
        if self.section.grouped && after > 0 && after.is_multiple_of(3) {
            out.push(self.language.thousands());
        }
    }

    /// How many decimals are shown: to the last that must be, and the last that is not 0.
    fn last_decimal(&self) -> usize {
        let behind = self.section.pieces.iter().skip_while(|piece| **piece != Piece::Point);
        let places = behind.filter(|piece| matches!(piece, Piece::Zero | Piece::Hash));
        let shown = places.enumerate().filter(|(place, piece)| {
            **piece == Piece::Zero || self.digits.at(self.digits.point + *place as i32) != 0
        });
        shown.last().map_or(0, |(place, _)| place + 1)
    }

    fn write_exponent(&self, letter: char, plus: bool, digits: usize, out: &mut String) {
        out.push(letter);
        if self.exponent < 0 {
            out.push('-');
        } else if plus {
            out.push('+');
        }
        // Writing to a text cannot fail.
        let _ = write!(out, "{:0digits$}", self.exponent.abs());
    }
}
