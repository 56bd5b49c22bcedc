//! Deciding does not allocate: counted with an allocator that counts.

// Only an allocator can see allocations, and the trait is unsafe to implement.
#![allow(unsafe_code)]

#[path = "it/played.rs"]
#[allow(dead_code)] // Parts of it are for the other binary and the benches.
mod played;
#[path = "it/states.rs"]
#[allow(dead_code)] // The strategies in it are for the other binary.
mod states;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;

use decision::{POLICIES, build, build_with};

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

const BUTTONS: [&str; 7] =
    ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD"];

fn setup(policy: &str, genome: Genome) -> SessionSetup {
    SessionSetup {
        agent: AgentId::slug("a"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new(policy, genome),
        scenario: "any".into(),
        buttons: states::names(&BUTTONS),
        variables: vec![],
        frame_skip: 4,
        knowledge: Default::default(),
    }
}

#[test]
fn no_policy_allocates_when_it_decides_or_starts() {
    let states = states::episode(500);
    for info in POLICIES {
        let mut policy = build(&setup(info.name, Genome::default())).ok().unwrap();
        let count = allocations(|| {
            policy.start(1);
            for state in &states {
                std::hint::black_box(policy.decide(state));
            }
        });
        assert_eq!(count, 0, "{}", info.name);
    }
}

#[test]
fn no_level_of_a_cascade_allocates() {
    let states = played::states(5, 10);
    let knowledge = played::knowledge(1_000);
    for (l0, l1) in [(1.0, 1.0), (1.0, 0.0), (0.0, 0.0)] {
        let genes = [("l0", l0), ("l1", l1), ("l1_trials", 1.0), ("l1_confidence", 0.4), ("l2_score", 0.3)];
        let genome = Genome(genes.map(|(name, value)| (name.to_owned(), value)).into());
        let mut policy = build_with(&setup("cascade", genome), &knowledge).ok().unwrap();
        let mut by = [0; 4];
        let count = allocations(|| {
            policy.start(1);
            for state in &states {
                std::hint::black_box(policy.decide(state));
                policy.trace().iter().for_each(|trace| by[trace.by as usize] += 1);
                std::hint::black_box(policy.decided_by());
            }
        });
        assert_eq!(count, 0, "rules {l0}, experience {l1}");
        assert_eq!([by[0] > 0, by[1] > 0, by[2] > 0], [l0 > 0.0, l1 > 0.0, true], "{by:?}: a level never decided");
    }
}
