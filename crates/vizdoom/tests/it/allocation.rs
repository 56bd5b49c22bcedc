//! The hot path does not allocate.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use vizdoom::{Engine, GameVariable, Refresh, Walls};

use crate::support;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Counts the allocations of every thread.
struct Counting;

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no counter any more.
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's contract is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract is the same.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_step_and_its_state_do_not_allocate() {
    let (_dir, options) = support::options();
    let mut config = support::scenario("defend_the_line");
    config.buffers.labels = true;
    config.buffers.objects = true;
    config.buffers.sectors = true;
    let mut engine = Engine::start(&support::install(), &config, &options).unwrap();
    engine.new_episode(1).unwrap();
    let action = [0.0, 0.0, 1.0];

    let mut walls = Walls::default();
    walls.distances(engine.state(), [0.0], 2048.0);

    let before = COUNT.get();
    let mut seen = 0;
    for _ in 0..50 {
        engine.step(&action, 2, Refresh::Full).unwrap();
        let state = engine.state();
        seen += GameVariable::ALL.iter().filter(|&&variable| state.variable(variable) != 0.0).count();
        seen += state.labels().filter(|label| !label.object_name().is_empty()).count();
        seen += state.objects().filter(|object| object.pose().angle > 0.0).count();
        seen += state.sectors().map(|sector| sector.lines().count()).sum::<usize>();
        seen += walls.distances(state, [90.0, 0.0], 2048.0).map(f64::to_bits).len();
        seen += state.screen().len() + state.labels_buffer().len();
    }

    assert_eq!(COUNT.get(), before);
    assert!(seen > 0);
}
