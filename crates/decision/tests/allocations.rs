//! Deciding does not allocate: counted with an allocator that counts.

// Only an allocator can see allocations, and the trait is unsafe to implement.
#![allow(unsafe_code)]

#[path = "it/states.rs"]
#[allow(dead_code)] // The strategies in it are for the other binary.
mod states;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;

use decision::{POLICIES, build};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: every block came from the system's allocator above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(action: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    action();
    COUNT.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1u8; 100]))), 1);
}

#[test]
fn no_policy_allocates_when_it_decides_or_starts() {
    let buttons = states::names(&[
        "TURN_LEFT",
        "TURN_RIGHT",
        "ATTACK",
        "MOVE_LEFT",
        "MOVE_RIGHT",
        "MOVE_FORWARD",
        "MOVE_BACKWARD",
    ]);
    let states = states::episode(500);
    for info in POLICIES {
        let setup = SessionSetup {
            agent: AgentId::slug("a"),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec { policy: info.name.into(), genome: Genome::default() },
            scenario: "any".into(),
            buttons: buttons.clone(),
            variables: vec![],
            frame_skip: 4,
        };
        let mut policy = build(&setup).ok().unwrap();
        let count = allocations(|| {
            policy.start(1);
            for state in &states {
                std::hint::black_box(policy.decide(state));
            }
        });
        assert_eq!(count, 0, "{}", info.name);
    }
}
