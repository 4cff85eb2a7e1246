//! miniz_oxide compresses text: PASSES.
fn words(size: usize) -> Vec<u8> {
    let mut state = 12345u32;
    let mut next = move || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        state >> 8
    };
    let known: Vec<Vec<u8>> =
        (0..400).map(|_| (0..2 + next() % 6).map(|_| b'a' + (next() % 26) as u8).collect()).collect();
    let mut text = Vec::with_capacity(size);
    while text.len() < size {
        let (a, b) = (next() % 400, next() % 400);
        text.extend_from_slice(&known[a.min(b) as usize]);
        text.push(if next() % 12 == 0 { b'\n' } else { b' ' });
    }
    text
}

fn main() {
    let passes: usize = std::env::args().nth(1).map_or(1, |word| word.parse().unwrap());
    let text = words(200_000);
    let mut sum = 0;
    for _ in 0..passes {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&text, 6);
        sum += packed.len() + packed[packed.len() / 2] as usize;
    }
    println!("{sum}");
}
