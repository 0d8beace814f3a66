//! Moments as a client may write them in a request: the forms of ISO 8601 that Supervisely's validator
//! (Joi, `date().iso()`) accepts, with the same meaning. Joi applies a regular expression and then
//! JavaScript's `new Date(text)`; local times are taken as UTC here. `iso/forms.json` has the results
//! of both for some 250 forms. A few meaningless forms, to which JavaScript's legacy parser gives a
//! meaning, are left out, such as `0009003`.

use jiff::civil::{Date, date};

/// The largest distance from 1970 of a JavaScript date, in milliseconds.
const FURTHEST: i64 = 8_640_000_000_000_000;
const DAY_MS: i64 = 24 * MINUTE_MS * 60;
const MINUTE_MS: i64 = 60_000;
/// The period of the calendar in years and in days.
const CYCLE: (i64, i64) = (400, 146_097);

/// The moment of `text` in milliseconds since 1970-01-01T00:00:00Z; `None` if the validator refuses it.
pub(crate) fn read(text: &str) -> Option<i64> {
    let mut rest = Rest(text);
    let mut day = Day::read(&mut rest)?;
    if rest.0.is_empty() {
        return day.at(0);
    }
    if day.numbers.len() < 2 {
        return None;
    }
    let time_ms = match rest.next()? {
        'T' if !day.loose => time(&mut rest, false)? - zone(&mut rest, false)?,
        blank if is_blank(blank) => {
            day.loose = true;
            loose_time(&mut rest, &mut day)? - zone(&mut rest, true)?
        }
        _ => return None,
    };
    rest.0.is_empty().then(|| day.at(time_ms)).flatten()
}

/// A date as written.
struct Day {
    /// Year, month and day of the month, or the first of them.
    numbers: Vec<i64>,
    /// True if it is not an ISO date for JavaScript, whose legacy parser reads all other forms.
    loose: bool,
}

impl Day {
    fn read(rest: &mut Rest<'_>) -> Option<Self> {
        let sign = rest.take(&['+', '-']);
        let year = rest.digits(if sign.is_some() { 6 } else { 4 })?;
        let year = if sign == Some('-') { Some(-year).filter(|year| *year < 0)? } else { year };
        let mut day = Self { numbers: vec![year], loose: false };
        if rest.take(&['-']).is_none() {
            return Some(day);
        }
        // The legacy parser takes the day of a year as a month.
        if let Some(month) = rest.whole_number(3) {
            day.loose = true;
            return day.with(month, 1..=31);
        }
        day = day.with(rest.digits(2)?, 1..=12)?;
        match rest.take(&['-']) {
            Some(_) => day.with(rest.digits(2)?, 1..=31),
            None => Some(day),
        }
    }

    fn with(mut self, number: i64, range: std::ops::RangeInclusive<i64>) -> Option<Self> {
        self.numbers.push(number);
        range.contains(&number).then_some(self)
    }

    /// Year, month and day; month and day are 1 when absent. The legacy parser takes a first number
    /// from 1 to 31 as the month, with the day and the year after it, and completes years of two
    /// digits.
    fn in_order(&self) -> Option<(i64, i64, i64)> {
        let number = |place: usize| self.numbers.get(place).copied().unwrap_or(1);
        let (first, second, third) = (number(0), number(1), number(2));
        if !self.loose {
            return Some((first, second, third));
        }
        let (year, month, day) =
            if (1..=31).contains(&first) { (third, first, second) } else { (first, second, third) };
        let year = match year {
            0..=49 => year + 2000,
            50..=99 => year + 1900,
            _ => year,
        };
        (month <= 12).then_some((year, month, day))
    }

    /// The moment `ms` milliseconds after the beginning of the day. A day beyond the end of its month
    /// is in the next month.
    fn at(&self, ms: i64) -> Option<i64> {
        let (year, month, day) = self.in_order()?;
        let (cycles, year) = (year.div_euclid(CYCLE.0), year.rem_euclid(CYCLE.0) + CYCLE.0);
        let first = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
        let hours = first.duration_since(date(1970, 1, 1)).as_hours();
        let days = hours / 24 + (cycles - 1) * CYCLE.1 + day - 1;
        Some(days * DAY_MS + ms).filter(|ms| ms.abs() <= FURTHEST)
    }
}

/// `HH:mm`, `HH:mm:ss` or `HH:mm:ss.fff` in milliseconds; 24:00 is the end of a day.
fn time(rest: &mut Rest<'_>, loose: bool) -> Option<i64> {
    let hour = rest.digits(2).filter(|hour| *hour <= 24)?;
    rest.take(&[':'])?;
    let minute = rest.sixtieths()?;
    if loose && hour == 24 {
        rest.0 = rest.0.strip_prefix("00").unwrap_or(rest.0);
    }
    let (mut second, mut fraction) = (0, 0);
    if loose && rest.take(&['.']).is_some() {
        // The legacy parser takes a fraction directly after the minutes as seconds, in thousandths.
        second = rest.fraction().filter(|second| *second < 60)?;
    } else if hour < 24 && rest.take(&[':']).is_some() {
        second = rest.sixtieths()?;
        fraction = rest.take(&['.']).map_or(Some(0), |_| rest.fraction())?;
    }
    let ms = (hour * 60 + minute) * MINUTE_MS + second * 1000 + fraction;
    (ms <= DAY_MS).then_some(ms)
}

/// A time after a blank, in milliseconds. A lone number after a year and a month is the day.
fn loose_time(rest: &mut Rest<'_>, day: &mut Day) -> Option<i64> {
    if let (Some(number), true) = (rest.whole_number(2), day.numbers.len() == 2) {
        day.numbers.push(number);
        // Only `Z` may follow it.
        return ((1..=23).contains(&number) && ["", "Z"].contains(&rest.0)).then_some(0);
    }
    time(rest, true)
}

/// The offset of a zone from UTC in milliseconds; 0 if there is no zone.
fn zone(rest: &mut Rest<'_>, hours_alone: bool) -> Option<i64> {
    if rest.take(&['Z']).is_some() || rest.0.is_empty() {
        return Some(0);
    }
    let sign = if rest.take(&['+', '-'])? == '+' { 1 } else { -1 };
    let hours = rest.digits(2).filter(|hours| *hours < 24)?;
    let minutes = match (rest.take(&[':']), rest.0) {
        (None, "") => hours_alone.then_some(0)?,
        _ => rest.sixtieths()?,
    };
    Some(sign * (hours * 60 + minutes) * MINUTE_MS)
}

/// True for a character that JavaScript's dates take as a blank.
fn is_blank(letter: char) -> bool {
    (letter.is_whitespace() && !"\u{85}\u{2028}\u{2029}".contains(letter)) || letter == '\u{feff}'
}

/// The part of a text that is not read yet.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.0.chars().next()?;
        self.0 = &self.0[letter.len_utf8()..];
        Some(letter)
    }

    /// Consumes the next character if it is one of `letters`.
    fn take(&mut self, letters: &[char]) -> Option<char> {
        letters.contains(&self.0.chars().next()?).then(|| self.next()).flatten()
    }

    /// Consumes a number of exactly `count` digits; more digits may follow.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    /// Consumes a number of `count` digits that is not followed by a digit or `:`.
    fn whole_number(&mut self, count: usize) -> Option<i64> {
        let goes_on = |letter: char| letter.is_ascii_digit() || letter == ':';
        let ends = self.0.get(count..).is_some_and(|more| !more.starts_with(goes_on));
        ends.then(|| self.digits(count)).flatten()
    }

    fn sixtieths(&mut self) -> Option<i64> {
        self.digits(2).filter(|number| *number < 60)
    }

    /// Consumes a fraction of a second and returns it in milliseconds; the rest is cut off.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        // Nine digits count, after leading zeros.
        let digits = digits.trim_start_matches('0');
        let number: i64 = digits[..digits.len().min(9)].parse().unwrap_or(0);
        (count > 0).then(|| number * 1000 / 10_i64.pow(count.min(9) as u32))
    }
}

#[cfg(test)]
mod tests;
