//! Linear algebra over two elements: relations between columns, and how many have which length.

use super::Column;

/// Independent products of factors that are constant, one for each factor whose column depends on earlier ones. The
/// last factor of each is in no other.
pub(super) fn relations(columns: &[Column]) -> Vec<u64> {
    let mut basis: Vec<(u64, u64)> = Vec::new();
    let mut found = Vec::new();
    for (factor, column) in columns.iter().enumerate() {
        let (rest, used) = reduce(&basis, column.bits);
        let product = used ^ 1 << factor;
        if rest == 0 { found.push(product) } else { basis.push((rest, product)) }
    }
    found
}

/// What is left of a vector after the basis, and which factors were multiplied to it.
fn reduce(basis: &[(u64, u64)], vector: u64) -> (u64, u64) {
    basis.iter().fold((vector, 0), |(rest, used), &(pivot, product)| {
        if rest >> top(pivot) & 1 == 1 { (rest ^ pivot, used ^ product) } else { (rest, used) }
    })
}

/// The highest bit of a vector that is not 0.
pub(super) fn top(vector: u64) -> u32 {
    63 - vector.leading_zeros()
}

/// Dimension of the space that the vectors span.
pub(super) fn dimension(vectors: impl IntoIterator<Item = u64>) -> usize {
    let mut basis: Vec<(u64, u64)> = Vec::new();
    for vector in vectors {
        let (rest, _) = reduce(&basis, vector);
        if rest != 0 {
            basis.push((rest, 0));
        }
    }
    basis.len()
}

/// Numbers of words by length, of columns that span `basic` dimensions.
pub(super) fn word_lengths(basic: usize, columns: impl Iterator<Item = u64> + Clone) -> Vec<u64> {
    let factors = columns.clone().count();
    let mut weights = vec![0i128; factors + 1];
    for run in 0u64..1 << basic {
        let weight = columns.clone().filter(|column| (column & run).count_ones() % 2 == 1).count();
        weights[weight] += 1;
    }
    let binomials = pascal(factors);
    (0..=factors)
        .map(|length| {
            let of = |(weight, count): (usize, &i128)| count * krawtchouk(&binomials, factors, length, weight);
            let sum: i128 = weights.iter().enumerate().map(of).sum();
            (sum >> basic) as u64
        })
        .collect()
}

/// The Krawtchouk polynomial: the sum over all products of `length` of `factors` factors, at a point where `weight` of
/// them are -1 and the others 1.
fn krawtchouk(binomials: &[Vec<i128>], factors: usize, length: usize, weight: usize) -> i128 {
    (0..=length.min(weight))
        .filter(|low| length - low <= factors - weight)
        .map(|low| {
            let count = binomials[weight][low] * binomials[factors - weight][length - low];
            if low % 2 == 1 { -count } else { count }
        })
        .sum()
}

fn pascal(most: usize) -> Vec<Vec<i128>> {
    let mut rows: Vec<Vec<i128>> = vec![vec![1]];
    for n in 1..=most {
        let above = &rows[n - 1];
        let inner = above.windows(2).map(|pair| pair[0] + pair[1]);
        rows.push(std::iter::once(1).chain(inner).chain([1]).collect());
    }
    rows
}
