// Matches, bounds checks, panics that are caught, iterators, dyn calls, strings.
use std::collections::{BTreeMap, HashMap};

#[derive(Clone, Copy)]
enum Op { Push(i64), Add, Mul, Swap, Neg, Dup, Jump(usize), Stop }

#[inline(never)]
fn run(code: &[Op]) -> i64 {
    let mut stack: Vec<i64> = vec![1, 2];
    let (mut pc, mut fuel) = (0, 60);
    loop {
        fuel -= 1;
        if fuel == 0 { return stack.iter().sum(); }
        let op = code[pc];
        pc += 1;
        match op {
            Op::Push(v) => stack.push(v),
            Op::Add => { let b = stack.pop().unwrap(); *stack.last_mut().unwrap() += b; }
            Op::Mul => { let b = stack.pop().unwrap(); *stack.last_mut().unwrap() *= b; }
            Op::Swap => { let n = stack.len(); stack.swap(n - 1, n - 2); }
            Op::Neg => { let l = stack.last_mut().unwrap(); *l = -*l; }
            Op::Dup => { let l = *stack.last().unwrap(); stack.push(l); }
            Op::Jump(to) => pc = to,
            Op::Stop => return stack[0],
        }
    }
}

trait Animal { fn noise(&self, n: usize) -> String; }
struct Dog;
struct Cat(u8);
impl Animal for Dog { fn noise(&self, n: usize) -> String { "woof".repeat(n) } }
impl Animal for Cat { fn noise(&self, n: usize) -> String { (0..n).map(|i| (self.0 + (i % 20) as u8) as char).collect() } }

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let code = [Op::Push(3), Op::Dup, Op::Mul, Op::Swap, Op::Neg, Op::Add, Op::Push(7), Op::Jump(1), Op::Stop];
    let mut sum = run(&code);
    for i in 0..12usize {
        let caught = std::panic::catch_unwind(|| run(&code[..i % 9]));
        sum += caught.unwrap_or(-1);
    }
    let zoo: Vec<Box<dyn Animal>> = vec![Box::new(Dog), Box::new(Cat(97))];
    let mut words = HashMap::new();
    let mut tree = BTreeMap::new();
    for (i, animal) in zoo.iter().cycle().take(40).enumerate() {
        *words.entry(animal.noise(i % 5)).or_insert(0usize) += i;
        tree.insert(format!("{:03}-{}", i * 37 % 40, i), i as f64 / 3.0);
    }
    let mut list: Vec<_> = words.into_iter().collect();
    list.sort();
    let text: String = tree.iter().map(|(k, v)| format!("{k}={v:.2};")).collect();
    let parsed: i64 = text.split(';').filter_map(|p| p.split('=').nth(1)?.parse::<f64>().ok()).map(|f| f as i64).sum();
    println!("{} {} {}", sum, list.len(), parsed + text.to_uppercase().len() as i64);
}
