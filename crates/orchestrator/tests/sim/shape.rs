//! The experiments that are simulated.

use domain::extension::Extent;

/// An experiment by its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) file: &'static str,
    /// How far it goes where somebody wants more of it.
    pub(crate) longer: Extent,
}

impl Shape {
    /// What makes the file go as far from the start.
    pub(crate) fn longer_from_the_start(&self) -> String {
        match self.longer {
            Extent::Replicates(total) => format!("seeds.episodes={total}"),
            Extent::Generations(total) => format!("evolution.generations={total}"),
        }
    }
}

/// Small, so that a run is short, but with everything in it that is planned: generations, selection, confirmation, jobs of
/// one and of several episodes, a last job that is shorter, races.
pub(crate) const SHAPES: [Shape; 4] = [
    Shape {
        name: "evolution",
        file: r#"
            name = "evolution"
            seed = 11
            fitness = { reward = 0.1, kills = 1.0 }
            [scenario]
            name = "simulated"
            [agent]
            policy = "aim"
            [seeds]
            episodes = 3
            [evolution]
            population = 4
            generations = 2
            elites = 1
            tournament = 2
            confirmation = 2
            [limits]
            job_episodes = 2
        "#,
        longer: Extent::Generations(3),
    },
    Shape {
        name: "long evolution",
        file: r#"
            name = "long evolution"
            seed = 12
            fitness = "reward"
            [scenario]
            name = "simulated"
            [agent]
            policy = "aim"
            [seeds]
            episodes = 2
            [evolution]
            population = 2
            generations = 5
            elites = 0
            tournament = 1
            confirmation = 0
            [limits]
            job_episodes = 1
        "#,
        longer: Extent::Generations(7),
    },
    Shape {
        name: "design",
        file: r#"
            name = "design"
            seed = 13
            fitness = { reward = 0.3, path = 0.01 }
            [scenario]
            name = "simulated"
            [agent]
            policy = "aim"
            [seeds]
            episodes = 7
            [design]
            factors = [
                { parameter = "agent.policy", levels = ["aim", "random"] },
                { parameter = "scenario.frame_skip", levels = [2, 4] },
            ]
            [limits]
            job_episodes = 3
        "#,
        longer: Extent::Replicates(9),
    },
    // So ready to err that agents are put out at every look, though luck decides here.
    Shape {
        name: "race",
        file: r#"
            name = "race"
            seed = 14
            fitness = { reward = 0.1, kills = 1.0 }
            [scenario]
            name = "simulated"
            [agent]
            policy = "aim"
            [seeds]
            episodes = 6
            [evolution]
            population = 4
            generations = 2
            elites = 1
            parents = 1
            tournament = 2
            confirmation = 2
            racing = { first = 2, every = 2, error = 0.9 }
            [limits]
            job_episodes = 1
        "#,
        longer: Extent::Generations(3),
    },
];
