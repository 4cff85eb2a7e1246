// Reloads and divisions in loops of Rust. Each function is one case of cases.txt.

pub struct Filter {
    pub gain: u32,
    pub taps: Vec<u32>,
}

// --- loaded again and again ---

// Raw pointers may overlap.
#[no_mangle]
pub unsafe fn raw_gain(filter: *const Filter, data: *mut u32, n: usize) {
    for i in 0..n {
        if *data.add(i) == 0 {
            break;
        }
        *data.add(i) *= (*filter).gain;
    }
}

// --- a reference promises that nothing else writes there ---

#[no_mangle]
pub fn borrowed_gain(filter: &Filter, data: &mut [u32]) {
    for x in data {
        if *x == 0 {
            break;
        }
        *x *= filter.gain;
    }
}

// --- flags that another thread raises ---

#[no_mangle]
pub fn relaxed_stop_flag(stop: &std::sync::atomic::AtomicBool, data: &mut [u32]) {
    for x in data {
        if stop.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        *x = x.rotate_left(3) ^ 5;
    }
}

#[no_mangle]
pub unsafe fn volatile_stop_flag(stop: *const u8, data: &mut [u32]) {
    for x in data {
        if stop.read_volatile() == 2 {
            return;
        }
        *x = x.rotate_left(3) ^ 5;
    }
}

// --- divisions ---

#[no_mangle]
pub fn divide_all(a: &mut [u32], d: std::num::NonZeroU32) {
    for x in a {
        *x /= d;
    }
}

#[no_mangle]
pub fn halve_divisor(a: &mut [u32], mut d: u32) {
    for x in a {
        if d == 0 {
            return;
        }
        *x /= d;
        d >>= 1;
    }
}

#[no_mangle]
pub fn to_digits(out: &mut Vec<u8>, mut value: u32, base: std::num::NonZeroU32) {
    while value != 0 {
        out.push((value % base) as u8);
        value /= base;
    }
}

// --- comparisons made numbers ---

// Does nothing; a compiler has to believe that it may.
#[inline(always)]
fn opaque(value: bool) -> u32 {
    let mut number = value as u32;
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) number, options(nomem, nostack, preserves_flags));
    }
    number
}

#[no_mangle]
pub fn tested_number(values: &[u32], limit: u32, kept: &mut u32) -> u32 {
    let mut sum = 0u32;
    for v in values {
        if opaque(*v < limit) != 0 {
            *kept = kept.wrapping_add(*v);
        }
        sum = sum.wrapping_add(*v & 255);
    }
    sum
}

#[no_mangle]
pub fn added_number(values: &[u32], limit: u32, kept: &mut u32) -> u32 {
    let mut below = 0u32;
    for v in values {
        let number = opaque(*v < limit);
        if number != 0 {
            *kept = kept.wrapping_add(*v);
        }
        below = below.wrapping_add(number);
    }
    below
}

// --- more values than registers ---

#[no_mangle]
pub fn eighteen_numbers(values: &[u64]) -> u64 {
    let mut v0: u64 = 1;
    let mut v1: u64 = 2;
    let mut v2: u64 = 3;
    let mut v3: u64 = 4;
    let mut v4: u64 = 5;
    let mut v5: u64 = 6;
    let mut v6: u64 = 7;
    let mut v7: u64 = 8;
    let mut v8: u64 = 9;
    let mut v9: u64 = 10;
    let mut v10: u64 = 11;
    let mut v11: u64 = 12;
    let mut v12: u64 = 13;
    let mut v13: u64 = 14;
    let mut v14: u64 = 15;
    let mut v15: u64 = 16;
    let mut v16: u64 = 17;
    let mut v17: u64 = 18;
    for v in values {
        v0 = v0.wrapping_add(*v);
        v0 = v0 ^ (v7 << 1);
        v1 = v1.wrapping_add(v8 >> 2);
        v2 = v2.wrapping_add(v9 << 3);
        v3 = v3 ^ (v10 >> 4);
        v4 = v4.wrapping_add(v11 << 5);
        v5 = v5.wrapping_add(v12 >> 1);
        v6 = v6 ^ (v13 << 2);
        v7 = v7.wrapping_add(v14 >> 3);
        v8 = v8.wrapping_add(v15 << 4);
        v9 = v9 ^ (v16 >> 5);
        v10 = v10.wrapping_add(v17 << 1);
        v11 = v11.wrapping_add(v0 >> 2);
        v12 = v12 ^ (v1 << 3);
        v13 = v13.wrapping_add(v2 >> 4);
        v14 = v14.wrapping_add(v3 << 5);
        v15 = v15 ^ (v4 >> 1);
        v16 = v16.wrapping_add(v5 << 2);
        v17 = v17.wrapping_add(v6 >> 3);
    }
    v0 ^ v1 ^ v2 ^ v3 ^ v4 ^ v5 ^ v6 ^ v7 ^ v8 ^ v9 ^ v10 ^ v11 ^ v12 ^ v13 ^ v14 ^ v15 ^ v16 ^ v17
}

#[no_mangle]
pub fn twenty_floats(values: &[f64]) -> f64 {
    let mut w0: f64 = 1.0;
    let mut w1: f64 = 2.0;
    let mut w2: f64 = 3.0;
    let mut w3: f64 = 4.0;
    let mut w4: f64 = 5.0;
    let mut w5: f64 = 6.0;
    let mut w6: f64 = 7.0;
    let mut w7: f64 = 8.0;
    let mut w8: f64 = 9.0;
    let mut w9: f64 = 10.0;
    let mut w10: f64 = 11.0;
    let mut w11: f64 = 12.0;
    let mut w12: f64 = 13.0;
    let mut w13: f64 = 14.0;
    let mut w14: f64 = 15.0;
    let mut w15: f64 = 16.0;
    let mut w16: f64 = 17.0;
    let mut w17: f64 = 18.0;
    let mut w18: f64 = 19.0;
    let mut w19: f64 = 20.0;
    for x in values {
        w0 = w0 * x + w9;
        w1 = w1 * x + w10;
        w2 = w2 * x + w11;
        w3 = w3 * x + w12;
        w4 = w4 * x + w13;
        w5 = w5 * x + w14;
        w6 = w6 * x + w15;
        w7 = w7 * x + w16;
        w8 = w8 * x + w17;
        w9 = w9 * x + w18;
        w10 = w10 * x + w19;
        w11 = w11 * x + w0;
        w12 = w12 * x + w1;
        w13 = w13 * x + w2;
        w14 = w14 * x + w3;
        w15 = w15 * x + w4;
        w16 = w16 * x + w5;
        w17 = w17 * x + w6;
        w18 = w18 * x + w7;
        w19 = w19 * x + w8;
    }
    w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7 + w8 + w9 + w10 + w11 + w12 + w13 + w14 + w15 + w16 + w17 + w18 + w19
}

#[no_mangle]
pub fn four_floats(values: &[f64]) -> f64 {
    let (mut a, mut b, mut c, mut d) = (1.0, 2.0, 3.0, 4.0);
    for x in values {
        a = a * x + b;
        b = b * x + c;
        c = c * x + d;
        d = d * x + a;
    }
    a + b + c + d
}

#[no_mangle]
pub fn kept_for_others(values: &[u64]) -> u64 {
    let mut last = 0u64;
    let mut sum = 0u64;
    for v in values {
        unsafe { std::ptr::write_volatile(&mut last, *v) };
        sum = sum.wrapping_add(unsafe { std::ptr::read_volatile(&last) } ^ 1);
    }
    sum
}
