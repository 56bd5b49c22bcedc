//! Time of one decision, on an episode with fifteen things in sight, and of a network alone.

#[path = "../tests/it/states.rs"]
#[allow(dead_code, unreachable_pub)] // The strategies in it are for the tests.
mod states;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use decision::features::Extractor;
use decision::network::{Activation, Layer, Network, Shape};
use decision::{POLICIES, build};
use domain::agent::{AgentSpec, SessionSetup};
use domain::genome::Genome;
use domain::ids::AgentId;
use domain::seed::Draws;

const BUTTONS: [&str; 7] =
    ["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD"];

fn decide(criterion: &mut Criterion) {
    let episode = states::episode(500);
    let mut next = episode.iter().cycle();
    let mut group = criterion.benchmark_group("decide");
    let mut extractor = Extractor::new(4);
    group.bench_function("features", |bencher| {
        bencher.iter(|| black_box(extractor.extract(black_box(next.next().expect("a cycle has no end")))));
    });
    for info in POLICIES {
        let setup = SessionSetup {
            agent: AgentId::slug("bench"),
            experiment: String::new(),
            generation: 0,
            spec: AgentSpec::new(info.name, Genome::default()),
            scenario: "defend_the_line".into(),
            buttons: states::names(&BUTTONS),
            variables: vec![],
            frame_skip: 4,
            knowledge: Default::default(),
        };
        let Ok(mut policy) = build(&setup) else { panic!("{} has the buttons it needs", info.name) };
        policy.start(1);
        group.bench_function(info.name, |bencher| {
            bencher.iter(|| black_box(policy.decide(black_box(next.next().expect("a cycle has no end")))));
        });
    }
    group.finish();
}

/// 20 inputs, 16 hidden units, 10 outputs.
fn network(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("network");
    for (name, activation, recurrent) in [
        ("20x16x10_tanh", Activation::Tanh, false),
        ("20x16x10_tanh_recurrent", Activation::Tanh, true),
        ("20x16x10_relu", Activation::Relu, false),
    ] {
        let hidden = Layer { size: 16, activation, recurrent };
        let output = Layer { size: 10, activation: Activation::Identity, recurrent: false };
        let shape = Shape::new(20, vec![hidden, output]).expect("the sizes are within the limits");
        let mut draws = Draws::new(1);
        let weights = shape.draw(&mut draws);
        let mut network = Network::new(shape, &weights).expect("the weights are those of the shape");
        network.inputs().fill_with(|| draws.unit() as f32);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                black_box(network.inputs());
                black_box(network.evaluate());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decide, network);
criterion_main!(benches);
