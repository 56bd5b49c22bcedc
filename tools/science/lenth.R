# References for Lenth's method, from its definition.
#
# Run from the root: Rscript tools/science/lenth.R > crates/science/tests/references/lenth.json

library(jsonlite)

lenth <- function(effects, level) {
  first <- 1.5 * median(abs(effects))
  error <- 1.5 * median(abs(effects)[abs(effects) < 2.5 * first])
  m <- length(effects)
  list(
    effects = effects, level = level, error = error, df = m / 3,
    margin = qt((1 + level) / 2, m / 3) * error,
    simultaneous = qt((1 + level^(1 / m)) / 2, m / 3) * error,
    p = 2 * pt(-abs(effects) / error, m / 3)
  )
}

# Effects of a 2^4 design from responses in standard order, highest interaction last.
effects <- function(response) {
  levels <- as.matrix(expand.grid(rep(list(c(-1, 1)), log2(length(response)))))
  columns <- model.matrix(as.formula(paste("~", paste0("(", paste(colnames(levels), collapse = "+"), ")^", ncol(levels)))),
                          as.data.frame(levels))
  unname(drop(crossprod(columns[, -1], response)) / (length(response) / 2))
}

# Filtration rate (Montgomery, Design and Analysis of Experiments, the unreplicated 2^4 example).
filtration <- c(45, 71, 48, 65, 68, 60, 80, 65, 43, 100, 45, 104, 75, 86, 70, 96)

result <- list(
  source = paste("R", getRversion()),
  cases = list(
    lenth(effects(filtration), 0.95),
    lenth(effects(filtration), 0.9),
    lenth(c(0.3, -0.1, 4, 0.2, -0.25, 0.05, 1.1), 0.95),
    lenth(c(5, 0, 0.5, -0.25, 0.125, 1), 0.99),
    lenth(c(1, 2, 3), 0.95)
  )
)
cat(toJSON(result, auto_unbox = TRUE, digits = I(17), pretty = TRUE), "\n")
