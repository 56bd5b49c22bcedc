//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! By rotations of Jacobi, row by row (Golub and Van Loan 2013, section 8.5): they need nothing but sums, products, quotients and
//! square roots in a fixed order, so that the result is the same on every machine, which a library tuned for one does not
//! promise; and small eigenvalues are as exact as large ones.

/// Sweeps after which nothing more is gained.
const SWEEPS: usize = 60;

/// The eigenvalues of the symmetric `matrix` of `n` rows, and their eigenvectors one after the other.
pub(super) fn symmetric(matrix: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut a = matrix.to_vec();
    let mut vectors: Vec<_> = (0..n * n).map(|place| if place % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                turned |= rotate(&mut a, &mut vectors, n, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), vectors)
}

/// Turns axes `p` and `q` so that their covariance vanishes. Returns whether it did not count as zero already.
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) -> bool {
    let (app, aqq, apq) = (a[p * n + p], a[q * n + q], a[p * n + q]);
    if apq.abs() <= f64::EPSILON * libm::sqrt((app * aqq).abs()) {
        return false;
    }
    let theta = (aqq - app) / (2.0 * apq);
    let tangent = theta.signum() / (theta.abs() + libm::sqrt(theta * theta + 1.0));
    let cosine = 1.0 / libm::sqrt(tangent * tangent + 1.0);
    let sine = tangent * cosine;
    turn(a, n, p, q, cosine, sine);
    for row in 0..n {
        if row != p && row != q {
            a[row * n + p] = a[p * n + row];
            a[row * n + q] = a[q * n + row];
        }
    }
    a[p * n + p] = app - tangent * apq;
    a[q * n + q] = aqq + tangent * apq;
    (a[p * n + q], a[q * n + p]) = (0.0, 0.0);
    turn(vectors, n, p, q, cosine, sine);
    true
}

/// Replaces rows `p` and `q`, `p` before `q`, by their rotation.
fn turn(rows: &mut [f64], n: usize, p: usize, q: usize, cosine: f64, sine: f64) {
    let (before, after) = rows.split_at_mut(q * n);
    for (x, y) in before[p * n..(p + 1) * n].iter_mut().zip(&mut after[..n]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use domain::seed::Draws;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_matrix_with_known_eigenvalues() {
        let (mut values, vectors) = symmetric(&[2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0], 3);
        assert!((vectors[0].abs() - vectors[1].abs()).abs() < 1e-15);
        values.sort_by(f64::total_cmp);
        for (value, expected) in values.into_iter().zip([1.0, 3.0, 5.0]) {
            assert!((value - expected).abs() < 1e-14);
        }
        assert_eq!(symmetric(&[4.0], 1), (vec![4.0], vec![1.0]));
    }

    proptest! {
        #[test]
        fn axes_are_orthonormal_and_give_the_matrix_back(key: u64, n in 1usize..12, powers in 0.0..6.0f64) {
            let mut draws = Draws::new(key);
            let root: Vec<f64> = (0..n * n).map(|_| draws.normal() * libm::pow(10.0, powers * draws.unit())).collect();
            let product = |i: usize, j: usize| (0..n).map(|k| root[i * n + k] * root[j * n + k]).sum::<f64>();
            let matrix: Vec<_> = (0..n * n).map(|place| product(place / n, place % n)).collect();
            let largest = matrix.iter().copied().fold(0.0, f64::max);

            let (values, vectors) = symmetric(&matrix, n);
            for i in 0..n {
                for j in 0..n {
                    let dot: f64 = (0..n).map(|k| vectors[i * n + k] * vectors[j * n + k]).sum();
                    prop_assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12);
                    let back: f64 = (0..n).map(|k| values[k] * vectors[k * n + i] * vectors[k * n + j]).sum();
                    prop_assert!((back - matrix[i * n + j]).abs() <= 1e-12 * largest);
                }
            }
        }
    }
}
