#!/bin/bash
# needs: gcc
PATH=$PATH:/root/.cargo/bin; export RUSTUP_HOME=/root/.rustup CARGO_HOME=/root/.cargo
rustc=$(ls -d /root/.rustup/toolchains/*/bin/rustc 2>/dev/null | head -1)
[ -x "$rustc" ] || rustc=$(command -v rustc) || { echo "no rustc"; exit 0; }
cat >main.rs <<'R'
use std::sync::{mpsc, Arc, Mutex};
use std::thread;
fn main() {
    let total = Arc::new(Mutex::new(0u64));
    let handles: Vec<_> = (0..8).map(|i| { let t = total.clone(); thread::spawn(move || { for n in 0..1000 { *t.lock().unwrap() += n * i; } }) }).collect();
    for h in handles { h.join().unwrap(); }
    println!("{}", total.lock().unwrap());
    let (tx, rx) = mpsc::channel();
    for i in 0..4 { let tx = tx.clone(); thread::spawn(move || tx.send(i * i).unwrap()); }
    drop(tx);
    println!("{}", rx.iter().sum::<i32>());
    let r = thread::spawn(|| { if std::env::args().count() < 9 { panic!("on purpose"); } }).join();
    println!("{}", r.is_err());
    let out = std::process::Command::new("sh").args(["-c", "echo child; exit 2"]).output().unwrap();
    println!("{:?} {:?}", String::from_utf8(out.stdout), out.status.code());
}
R
"$rustc" -C opt-level=1 -C codegen-units=2 -o program main.rs && ./program 2>/dev/null
