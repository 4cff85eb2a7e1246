// Rust: iterators and generics inlined deeply, with names of both manglings.
use std::collections::HashMap;

fn count(text: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    for word in text.split_whitespace().filter(|w| w.len() > 1) {
        *words.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    words
}

#[inline(never)]
fn checksum(values: &[usize], from: usize) -> usize {
    let mut sum = 0;
    for i in from..values.len() + from {
        sum = sum * 31 + values[i - from / 2];
    }
    sum
}

fn main() {
    let text: String = std::env::args().collect::<Vec<_>>().join(" ");
    let mut words: Vec<_> = count(&text).into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let counts: Vec<usize> = words.iter().map(|w| w.1).collect();
    println!("{:?} {}", words, checksum(&counts, 0));
}
