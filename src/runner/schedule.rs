//! What a schedule covered, and where it stands still (D3's page, "Schedule Command Execution").

use jiff::{SignedDuration, Timestamp};

use super::outcome::Tick;
use super::when;
use crate::image::names;

/// How much a run that is behind catches up (the page's Case 1).
const CATCH_UP: SignedDuration = SignedDuration::from_hours(1);

/// The time that one run was asked to cover, and what it passed down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The run's time.
    pub now: String,
    /// The start time it got.
    pub start: String,
    /// Where D3's page says it should end: an hour later if the run is that far behind, else now.
    pub end: String,
    /// Whether it is behind by an hour or more.
    pub catches_up: bool,
    /// The next start time that it passed down.
    pub next: Option<String>,
    /// What is wrong with that, as a sentence.
    pub problem: Option<String>,
}

/// The windows of a schedule's ticks. Ticks without a start time have none.
pub fn windows(ticks: &[Tick]) -> Vec<Window> {
    ticks.iter().filter_map(window).collect()
}

/// The window of one tick; `None` without a start time.
pub(super) fn window(tick: &Tick) -> Option<Window> {
    let (start, now) = (when::parse(tick.start.as_deref()?)?, when::parse(&tick.now)?);
    let catches_up = now.duration_since(start) >= CATCH_UP;
    let end = if catches_up { start + CATCH_UP } else { now };
    let next = passdown(tick);
    let problem = problem(tick, start, end, next);
    let show = when::show;
    Some(Window { now: show(now), start: show(start), end: show(end), catches_up, next: next.map(show), problem })
}

fn passdown(tick: &Tick) -> Option<Timestamp> {
    let passdown = tick.output.as_ref()?.get(names::PASSDOWN_DATA)?;
    when::parse(passdown.get(names::PASSDOWN_START_TIME)?.as_str()?)
}

fn problem(tick: &Tick, start: Timestamp, end: Timestamp, next: Option<Timestamp>) -> Option<String> {
    let fails = !tick.success();
    match next {
        None if tick.output.is_none() => {
            Some("stands still: there is no output model, so nothing was passed down".to_owned())
        }
        None => Some(format!(
            "stands still: {} has no {}, so the next run gets the same time again",
            names::PASSDOWN_DATA,
            names::PASSDOWN_START_TIME
        )),
        // A run that failed rightly asks for the same time again.
        Some(next) if next == start && fails => None,
        Some(next) if next == start && end > start => {
            Some("stands still: the time passed down is the one that it got".to_owned())
        }
        Some(next) if next < start => {
            Some(format!("overlap: {} to {} is fetched again", when::show(next), when::show(start)))
        }
        Some(next) if next < end => {
            Some(format!("overlap: {} to {} is fetched again", when::show(next), when::show(end)))
        }
        Some(next) if next > end => Some(format!("gap: {} to {} is never fetched", when::show(end), when::show(next))),
        Some(_) if fails => {
            Some(format!("gap: the run failed and went on, so {} to {} is lost", when::show(start), when::show(end)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tick(now: &str, start: &str, next: Option<&str>, errors: &str) -> Tick {
        let passdown = next.map_or(json!({}), |next| json!({"StartTime": next}));
        let output = json!({"errors": errors, "passdownData": passdown});
        Tick {
            now: format!("2024-01-01 {now}"),
            start: Some(format!("2024-01-01 {start}")),
            output: output.as_object().cloned(),
            ..Tick::default()
        }
    }

    fn problem_of(now: &str, start: &str, next: Option<&str>, errors: &str) -> Option<String> {
        let next = next.map(|next| format!("2024-01-01 {next}"));
        windows(&[tick(now, start, next.as_deref(), errors)]).remove(0).problem
    }

    #[test]
    fn a_schedule_that_moves_on_has_no_problem() {
        assert_eq!(problem_of("00:10:00", "00:00:00", Some("00:10:00"), ""), None);
        assert_eq!(problem_of("05:00:00", "00:00:00", Some("01:00:00"), ""), None);
        assert_eq!(problem_of("00:10:00", "00:00:00", Some("00:00:00"), "refused"), None);
    }

    #[test]
    fn gaps_overlaps_and_standing_still_are_told_apart() {
        let starts = |found: Option<String>, with: &str| {
            assert!(found.as_deref().is_some_and(|text| text.starts_with(with)), "{found:?}")
        };
        starts(problem_of("00:10:00", "00:00:00", None, ""), "stands still: passdownData has no StartTime");
        starts(problem_of("00:10:00", "00:00:00", Some("00:00:00"), ""), "stands still: the time");
        starts(problem_of("05:00:00", "00:00:00", Some("05:00:00"), ""), "gap: 2024-01-01 01:00:00 to");
        starts(
            problem_of("00:10:00", "00:00:00", Some("00:05:00"), ""),
            "overlap: 2024-01-01 00:05:00 to 2024-01-01 00:10:00",
        );
        starts(
            problem_of("00:20:00", "00:10:00", Some("00:05:00"), ""),
            "overlap: 2024-01-01 00:05:00 to 2024-01-01 00:10:00",
        );
        starts(problem_of("00:10:00", "00:00:00", Some("00:10:00"), "refused"), "gap: the run failed");
    }
}
