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
