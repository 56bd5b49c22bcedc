# References for power and sample size: R's stats package, which sums the noncentral distributions.
#
# Run from the root: Rscript tools/science/power.R > crates/science/tests/references/power.json

library(jsonlite)

t_case <- function(kind, sides, size, effect, alpha) {
  power <- power.t.test(n = size, delta = effect, sd = 1, sig.level = alpha, type = kind,
                        alternative = if (sides == 2) "two.sided" else "one.sided", strict = TRUE)$power
  list(sides = sides, size = size, effect = effect, alpha = alpha, power = power)
}

size_case <- function(kind, sides, effect, power, alpha) {
  size <- power.t.test(delta = effect, sd = 1, sig.level = alpha, power = power, type = kind, tol = 1e-10,
                       alternative = if (sides == 2) "two.sided" else "one.sided", strict = TRUE)$n
  list(sides = sides, effect = effect, power = power, alpha = alpha, size = ceiling(size))
}

# `f` is Cohen's; power.anova.test takes the variance of the means with divisor k - 1.
anova_case <- function(groups, size, f, alpha) {
  power <- power.anova.test(groups = groups, n = size, between.var = f^2 * groups / (groups - 1), within.var = 1,
                            sig.level = alpha)$power
  list(groups = groups, size = size, effect = f, alpha = alpha, power = power)
}

anova_size <- function(groups, f, power, alpha) {
  size <- power.anova.test(groups = groups, between.var = f^2 * groups / (groups - 1), within.var = 1,
                           sig.level = alpha, power = power)$n
  list(groups = groups, effect = f, power = power, alpha = alpha, size = ceiling(size))
}

contrast_case <- function(coefficients, sides, size, effect, alpha) {
  df <- length(coefficients) * (size - 1)
  ncp <- effect * sqrt(size / sum(coefficients^2))
  critical <- qt(alpha / sides, df, lower.tail = FALSE)
  power <- pt(critical, df, ncp, lower.tail = FALSE)
  if (sides == 2) power <- power + pt(-critical, df, ncp)
  list(coefficients = coefficients, sides = sides, size = size, effect = effect, alpha = alpha, power = power)
}

result <- list(
  source = paste("R", getRversion()),
  two_sample = list(
    t_case("two.sample", 2, 20, 0.5, 0.05), t_case("two.sample", 2, 64, 0.5, 0.05), t_case("two.sample", 1, 10, 1.2, 0.01),
    t_case("two.sample", 2, 2, 1, 0.05), t_case("two.sample", 2, 500, 0.1, 0.05), t_case("two.sample", 2, 12, 0.05, 0.2)
  ),
  paired = list(
    t_case("paired", 2, 20, 0.5, 0.05), t_case("paired", 1, 30, 0.4, 0.05), t_case("paired", 2, 3, 2, 0.05),
    t_case("paired", 2, 200, 0.2, 0.001)
  ),
  anova = list(
    anova_case(3, 20, 0.25, 0.05), anova_case(4, 5, 0.4, 0.05), anova_case(2, 30, 0.5, 0.01), anova_case(10, 8, 0.3, 0.05),
    anova_case(5, 2, 1, 0.1), anova_case(3, 1000, 0.05, 0.05)
  ),
  contrast = list(
    contrast_case(c(1, -0.5, -0.5), 2, 15, 0.8, 0.05), contrast_case(c(-3, -1, 1, 3), 1, 6, 4, 0.05)
  ),
  two_sample_size = list(
    size_case("two.sample", 2, 0.5, 0.8, 0.05), size_case("two.sample", 2, 0.2, 0.9, 0.05),
    size_case("two.sample", 1, 0.8, 0.95, 0.01), size_case("two.sample", 2, 0.01, 0.8, 0.05)
  ),
  paired_size = list(size_case("paired", 2, 0.5, 0.8, 0.05), size_case("paired", 1, 0.1, 0.9, 0.05)),
  anova_size = list(
    anova_size(3, 0.25, 0.8, 0.05), anova_size(5, 0.1, 0.9, 0.05), anova_size(4, 0.4, 0.95, 0.01)
  )
)
cat(toJSON(result, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
