//! Numbers and sizes as a network needs them.

use super::message::{Size, Tensor, Value};
use crate::network::MAX_WEIGHTS;

/// `TensorProto.DataType.FLOAT`.
const FLOAT: i32 = 1;
/// `TensorProto.DataLocation.EXTERNAL`.
const EXTERNAL: i32 = 1;

/// A constant matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) values: Vec<f32>,
}

impl Matrix {
    pub(super) fn of(tensor: &Tensor) -> Result<Self, String> {
        let (sizes, values) = read(tensor)?;
        match sizes[..] {
            [rows, columns] => Ok(Self { rows, columns, values }),
            _ => Err(format!("the weights `{}` have {} dimensions; a matrix is needed", tensor.name, sizes.len())),
        }
    }

    pub(super) fn transposed(self) -> Self {
        let Self { rows, columns, values } = self;
        let column = |column: usize| values.iter().skip(column).step_by(columns);
        let values = (0..columns).flat_map(column).copied().collect();
        Self { rows: columns, columns: rows, values }
    }
}

/// A constant that is added to rows of `size` values: one number for each, or the same for all.
pub(super) fn row(tensor: &Tensor, size: usize) -> Result<Vec<f32>, String> {
    let (sizes, values) = read(tensor)?;
    let is_row = sizes.len() <= 2 && sizes.last().copied().unwrap_or(1) == values.len();
    match values[..] {
        [value] if is_row => Ok(vec![value; size]),
        _ if is_row && values.len() == size => Ok(values),
        _ => Err(format!("the constant `{}` of shape {sizes:?} is added to a row of {size} values", tensor.name)),
    }
}

fn read(tensor: &Tensor) -> Result<(Vec<usize>, Vec<f32>), String> {
    let Tensor { name, sizes, element, floats, raw, location } = tensor;
    if *element != FLOAT {
        return Err(format!("the constant `{name}` has elements of {}; float is needed", kind(*element)));
    }
    if *location == EXTERNAL {
        return Err(format!("the constant `{name}` is in another file; export the model as one file"));
    }
    let (sizes, count) = bounded(sizes)
        .ok_or_else(|| format!("the constant `{name}` has more than {MAX_WEIGHTS} numbers, or a negative size"))?;
    let numbers = raw.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let values: Vec<_> = if raw.is_empty() { floats.clone() } else { numbers.collect() };
    if values.len() != count || raw.len() % 4 != 0 {
        return Err(format!("the constant `{name}` has {} numbers, its shape {sizes:?} has {count}", values.len()));
    }
    Ok((sizes, values))
}

/// Sizes of which none is above the largest number of weights, and their product, which is not either.
fn bounded(sizes: &[i64]) -> Option<(Vec<usize>, usize)> {
    let small = |size: usize| (size <= MAX_WEIGHTS).then_some(size);
    let sizes: Vec<_> = sizes.iter().map(|&size| small(usize::try_from(size).ok()?)).collect::<Option<_>>()?;
    let count = sizes.iter().try_fold(1, |count: usize, &size| small(count.checked_mul(size)?))?;
    Some((sizes, count))
}

/// How many dimensions an input has, and how many values one row of it. A row is what is behind the first dimension
/// if there are several.
pub(super) fn input(input: &Value) -> Result<(usize, usize), String> {
    let name = &input.name;
    let kind_of = input.kind.as_ref().and_then(|kind| kind.tensor.as_ref());
    let tensor = kind_of.ok_or_else(|| format!("the input `{name}` is not said to be a tensor"))?;
    if tensor.element != FLOAT {
        return Err(format!("the input `{name}` has elements of {}; float is needed", kind(tensor.element)));
    }
    let shape = tensor.shape.as_ref().map(|shape| shape.sizes.as_slice()).unwrap_or_default();
    let row = match shape {
        [] => return Err(format!("the input `{name}` has no shape; export the model with a fixed one")),
        [size] => std::slice::from_ref(size),
        [Size { number: None | Some(1) }, row @ ..] => row,
        [Size { number: Some(rows) }, ..] => {
            return Err(format!("the input `{name}` is of {rows} rows at once; 1 or a free number is needed"));
        }
    };
    let width = row.iter().try_fold(1usize, |width, size| width.checked_mul(usize::try_from(size.number?).ok()?));
    let width = width.ok_or_else(|| {
        format!("the input `{name}` is of a size that is not fixed; only the first of several dimensions may be free")
    })?;
    Ok((shape.len(), width))
}

/// The name of a type of elements, as ONNX writes it.
fn kind(element: i32) -> String {
    let name = match element {
        1 => "float",
        6 => "int32",
        7 => "int64",
        9 => "bool",
        10 => "float16",
        11 => "double",
        16 => "bfloat16",
        other => return format!("type {other}"),
    };
    name.to_owned()
}
