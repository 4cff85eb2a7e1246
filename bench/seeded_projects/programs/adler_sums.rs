//! Adler-32 sums of a megabyte: PASSES.
fn main() {
    let passes: usize = std::env::args().nth(1).map_or(1, |word| word.parse().unwrap());
    let mut data: Vec<u8> = (0..1usize << 20).map(|i| (i * 31 >> 3) as u8).collect();
    let mut sum = 0u64;
    for pass in 0..passes {
        data[pass] ^= 1;
        sum = sum.wrapping_mul(31) + u64::from(adler::adler32_slice(&data));
    }
    println!("{sum:x}");
}
