//! Words in upper case, as the Rust library made them with a table of 256 bytes: PASSES.
const UPPER: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = if i >= 0x61 && i <= 0x7a { i as u8 - 32 } else { i as u8 };
        i += 1;
    }
    table
};
static UPPER_OF: [u8; 256] = UPPER;

#[inline(never)]
fn make_uppercase(text: &mut [u8]) {
    for byte in text {
        *byte = UPPER_OF[*byte as usize];
    }
}

/// Text to begin with, and what is done with the answer.
fn words(size: usize) -> Vec<u8> {
    let mut state = 12345u32;
    let mut text = Vec::with_capacity(size);
    while text.len() < size {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        let letter = (state >> 8) % 32;
        text.push(if letter < 26 { b'a' + letter as u8 } else { b' ' });
    }
    text
}

fn count(text: &[u8]) -> std::collections::BTreeMap<&[u8], usize> {
    let mut counts = std::collections::BTreeMap::new();
    for word in text.split(|byte| *byte == b' ') {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

fn main() {
    let passes: usize = std::env::args().nth(1).map_or(1, |word| word.parse().unwrap());
    let text = words(20_000);
    let mut sum = 0;
    for pass in 0..passes {
        let mut copy = text.clone();
        make_uppercase(&mut copy);
        sum += copy[pass % copy.len()] as usize;
        if pass % 100 == 0 {
            sum += count(&copy).len();
        }
    }
    println!("{sum}");
}
