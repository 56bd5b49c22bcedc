//! The normal equations of members after seeds are taken out: the Laplacian matrix of who met whom.

/// A symmetric matrix whose rows sum to 0, once factored with the constant vector, its kernel, filled in.
#[derive(Debug, Clone)]
pub(super) struct Laplacian {
    n: usize,
    /// Row by row; after factoring the lower triangle of Cholesky's root.
    values: Vec<f64>,
    /// Who was met by whom, for groups that never met.
    group: Vec<usize>,
}

impl Laplacian {
    pub(super) fn new(n: usize) -> Self {
        Self { n, values: vec![0.0; n * n], group: (0..n).collect() }
    }

    /// Adds a seed that these members played.
    pub(super) fn join(&mut self, members: &[usize]) {
        let part = 1.0 / members.len() as f64;
        for &one in members {
            self.values[one * self.n + one] += 1.0;
            members.iter().for_each(|&other| self.values[one * self.n + other] -= part);
            self.merge(members[0], one);
        }
    }

    fn merge(&mut self, one: usize, other: usize) {
        let (kept, lost) = (self.group[one], self.group[other]);
        self.group.iter_mut().filter(|group| **group == lost).for_each(|group| *group = kept);
    }

    /// Factors the matrix so that it can be solved. The error is a member that never met the first's group.
    pub(super) fn factor(&mut self) -> Result<(), usize> {
        if let Some(apart) = self.group.iter().position(|&group| group != self.group[0]) {
            return Err(apart);
        }
        // With the kernel filled in the matrix is definite, and the solution of what sums to 0 sums to 0.
        let fill = 1.0 / self.n as f64;
        self.values.iter_mut().for_each(|value| *value += fill);
        let n = self.n;
        for i in 0..n {
            for j in 0..=i {
                let product: f64 = (0..j).map(|k| self.values[i * n + k] * self.values[j * n + k]).sum();
                let rest = self.values[i * n + j] - product;
                let root = if i == j { libm::sqrt(rest) } else { rest / self.values[j * n + j] };
                self.values[i * n + j] = root;
            }
        }
        Ok(())
    }

    /// What the matrix makes into `right`.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let (n, root) = (self.n, &self.values);
        let mut x = right.to_vec();
        for i in 0..n {
            let known: f64 = (0..i).map(|k| root[i * n + k] * x[k]).sum();
            x[i] = (x[i] - known) / root[i * n + i];
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| root[k * n + i] * x[k]).sum();
            x[i] = (x[i] - known) / root[i * n + i];
        }
        x
    }
}
