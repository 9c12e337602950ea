//! Times and durations as users write them. Times are UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Reads a time: D3's format, ISO 8601 with or without an offset, or a date. Without an offset it is UTC.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = text.parse::<DateTime>().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// A time in D3's format, `yyyy-MM-dd HH:mm:ss`.
pub fn show(moment: Timestamp) -> String {
    moment.strftime(crate::image::names::DATE_FORMAT).to_string()
}

/// Reads a duration: `10m`, `1h 30m`, `90s`. It must be more than nothing.
pub fn parse_interval(text: &str) -> Option<SignedDuration> {
    text.parse::<SignedDuration>().ok().filter(SignedDuration::is_positive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let shown = |text| parse(text).map(show);
        assert_eq!(shown("2024-01-01 00:30:00").as_deref(), Some("2024-01-01 00:30:00"));
        assert_eq!(shown("2024-01-01T00:30:00Z").as_deref(), Some("2024-01-01 00:30:00"));
        assert_eq!(shown("2024-01-01T02:30:00+02:00").as_deref(), Some("2024-01-01 00:30:00"));
        assert_eq!(shown("2024-01-01").as_deref(), Some("2024-01-01 00:00:00"));
        assert_eq!(shown("1900-01-01 00:00:00").as_deref(), Some("1900-01-01 00:00:00"));
        assert_eq!(shown("yesterday"), None);
        assert_eq!(parse_interval("10m"), Some(SignedDuration::from_mins(10)));
        assert_eq!(parse_interval("1h30m"), Some(SignedDuration::from_mins(90)));
        assert_eq!(parse_interval("0s"), None);
        assert_eq!(parse_interval("-5m"), None);
    }
}
