//! The search algorithms against pycma and pymoo: see `tools/science/evolution_cma.py`, `evolution_restarts.py` and
//! `evolution_ga.py`.

mod cma;
mod functions;
mod genetic;
mod restarts;
mod trial;
