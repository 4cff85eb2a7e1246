// Counts how often each byte follows each line's first byte, the way one writes
// it first in Rust: every index is checked, although the sizes never change.
//
//   naive [MEGABYTES]     works on that much generated text, prints a checksum

struct Table {
    columns: usize,
    counts: Vec<u32>,
}

/// For each line: adds one to the cell (first byte of the line, byte) for each byte.
#[inline(never)]
fn count_followers(text: &[u8], starts: &[usize], table: &mut Table) {
    for line in 0..starts.len() - 1 {
        let row = text[starts[line]] as usize % table.columns;
        for i in starts[line]..starts[line + 1] {
            let column = text[i] as usize % table.columns;
            table.counts[row * table.columns + column] += 1;
        }
    }
}

/// Where each line begins, and the end of the text.
#[inline(never)]
fn line_starts(text: &[u8]) -> Vec<usize> {
    let mut starts = vec![0];
    for i in 0..text.len() {
        if text[i] == b'\n' {
            starts.push(i + 1);
        }
    }
    starts.push(text.len());
    starts.dedup();
    starts
}

fn main() {
    let megabytes: usize = std::env::args().nth(1).map_or(4, |text| text.parse().expect("a number of megabytes"));
    let mut state = 1u32;
    let text: Vec<u8> = (0..megabytes * 1_000_000)
        .map(|_| {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            let byte = (state >> 24) as u8;
            if byte < 8 { b'\n' } else { byte }
        })
        .collect();
    let starts = line_starts(&text);
    let mut table = Table { columns: 61, counts: vec![0; 61 * 61] };
    count_followers(&text, &starts, &mut table);
    let checksum = table.counts.iter().fold(0u64, |sum, &count| sum.wrapping_mul(31).wrapping_add(u64::from(count)));
    println!("{} lines, checksum {:016x}", starts.len() - 1, checksum);
}
