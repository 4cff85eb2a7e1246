// Index checks of Rust in loops, and what looks like them. Each function is one
// case of cases.txt.

// --- checked in every iteration ---

#[no_mangle]
pub fn other_limit(a: &mut [u32], n: usize) -> u32 {
    let mut s = 0u32;
    for i in 0..n {
        s = s.rotate_left(3) ^ a[i];
        a[i] = s;
    }
    s
}

#[no_mangle]
pub fn range_of_four(a: &[u8], n: usize) -> u32 {
    let mut s = 0u32;
    let mut i = 0;
    while i < n {
        let q = &a[i..i + 4];
        s = s.rotate_left(1) ^ u32::from_le_bytes([q[0], q[1], q[2], q[3]]);
        i += 4;
    }
    s
}

// Nothing tells that the store does not change the vector's length.
#[no_mangle]
pub unsafe fn length_reloaded(v: *const Vec<usize>, out: *mut usize, n: usize) {
    for i in 0..n {
        *out.add(i) = (&*v)[i] * 3;
    }
}

// The index is data: the check is needed.
#[no_mangle]
pub fn index_from_data(a: &[u32], indices: &[usize]) -> u32 {
    let mut s = 0u32;
    for k in 0..indices.len() {
        s = s.wrapping_add(a[indices[k]]);
    }
    s
}

// --- not checked in the loop, or not an index ---

#[no_mangle]
pub fn iterators(a: &mut [u32], b: &[u32]) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = x.rotate_left(3) ^ *y;
    }
}

#[no_mangle]
pub fn sliced_before(a: &mut [u32], n: usize) -> u32 {
    let a = &mut a[..n];
    let mut s = 0u32;
    for i in 0..n {
        s = s.rotate_left(3) ^ a[i];
        a[i] = s;
    }
    s
}

#[no_mangle]
pub fn asserted_before(a: &[u32], n: usize) -> u32 {
    assert!(n <= a.len());
    let mut s = 0u32;
    for i in 0..n {
        s = s.rotate_left(3) ^ a[i];
    }
    s
}

// The checks are left in the remainder of the vector loop alone.
#[no_mangle]
pub fn vectorised(a: &[f32], b: &[f32], o: &mut [f32]) {
    for i in 0..o.len() {
        o[i] = a[i] + b[i];
    }
}

#[no_mangle]
pub fn overflow_checked(a: &[u32]) -> u32 {
    let mut s = 0u32;
    for x in a {
        s = s.checked_add(*x).expect("sum");
    }
    s
}

#[no_mangle]
pub fn unwrap_each(a: &[Option<u32>], out: &mut [u32]) {
    for (x, o) in a.iter().zip(out) {
        *o = x.unwrap();
    }
}

#[no_mangle]
pub fn divide_each(a: &[u32], b: &[u32], out: &mut [u32]) {
    for ((x, y), o) in a.iter().zip(b).zip(out) {
        *o = x / y;
    }
}

#[no_mangle]
pub fn char_boundaries(text: &str, cuts: &[usize]) -> usize {
    let mut total = 0;
    for &c in cuts {
        total ^= text[c..].len();
    }
    total
}

#[no_mangle]
pub fn get_or_leave(a: &mut [u32], n: usize) -> u32 {
    let mut s = 0u32;
    for i in 0..n {
        let Some(x) = a.get_mut(i) else { break };
        s = s.rotate_left(3) ^ *x;
        *x = s;
    }
    s
}

// A u8 cannot leave a table of 256.
#[no_mangle]
pub fn byte_table(table: &[u32; 256], text: &[u8]) -> u32 {
    let mut s = !0u32;
    for b in text {
        s = table[((s ^ *b as u32) & 255) as usize] ^ (s >> 8);
    }
    s
}
