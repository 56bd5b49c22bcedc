//! The search algorithms against pycma: see `tools/science/evolution_cma.py`.

mod cma;
mod functions;
mod trial;
