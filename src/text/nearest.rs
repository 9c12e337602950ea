//! Near names, for "did you mean".

/// How many letters must be inserted, deleted, replaced or swapped with their
/// neighbour to turn `a` into `b`. Letters that differ only in case are equal.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before = vec![0; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    let mut current = previous.clone();
    for i in 1..=a.len() {
        current[0] = i;
        for j in 1..=b.len() {
            let replaced = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = replaced.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before, &mut previous);
        std::mem::swap(&mut previous, &mut current);
    }
    previous[b.len()]
}

/// Which letters a text has, as bits; several share one.
fn letters(text: &str) -> u64 {
    text.chars().flat_map(char::to_lowercase).fold(0, |letters, letter| letters | 1 << (u32::from(letter) % 64))
}

/// The one of `candidates` that `name` was most likely meant to be: other case, or at
/// most one wrong letter in four. The first of equals wins; an exact match is no near name.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 4).clamp(1, 3);
    let own = letters(name);
    // Each letter that only one of them has is one wrong letter.
    let may_be_near = |candidate: &str| {
        let other = letters(candidate);
        (own & !other).count_ones().max((other & !own).count_ones()) as usize <= limit
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && may_be_near(candidate))
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_letters() {
        assert_eq!(edit_distance("fetchEvent", "FetchEvnet"), 1);
        assert_eq!(edit_distance("abc", ""), 3);
    }

    #[test]
    fn suggests_only_near_names() {
        let names = ["serverurl", "apikey", "id"];
        assert_eq!(nearest("serverUrl", names), Some("serverurl"));
        assert_eq!(nearest("servrurl", names), Some("serverurl"));
        assert_eq!(nearest("password", names), None);
        assert_eq!(nearest("xy", names), None);
        assert_eq!(nearest("İd", ["ID", "id"]), Some("ID"));
        assert_eq!(nearest("naïve_names", ["NAIVE_NAMES", "native"]), Some("NAIVE_NAMES"));
    }
}
